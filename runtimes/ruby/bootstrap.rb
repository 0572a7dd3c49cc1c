# frozen_string_literal: true

# The runtime of Ruby functions: asks the Runtime API for events and calls the handler. Behaves as AWS's client for Ruby does.

require 'json'
require 'net/http'
require_relative 'lambda_context'
require_relative 'lambda_error'
require_relative 'lambda_handler'

$stdout.sync = true
$stderr.sync = true

module Hearth
  # One connection, kept open: the next event may be hours away.
  class RuntimeApi
    PREFIX = '/2018-06-01/runtime'

    def initialize(address)
      host, port = address.split(':')
      @http = Net::HTTP.new(host, port.to_i, nil)
      @http.read_timeout = nil
      @http.max_retries = 0
      @http.keep_alive_timeout = 86_400
      @http.start
    end

    def next_invocation
      checked(@http.get("#{PREFIX}/invocation/next"))
    end

    def respond(request_id, body, content_type)
      answer = @http.post("#{PREFIX}/invocation/#{request_id}/response", body, 'Content-Type' => content_type)
      raise ResponseTooLarge if answer.code == '413'

      checked(answer)
    end

    def fail_invocation(request_id, error)
      report("invocation/#{request_id}/error", error)
    end

    def fail_init(error)
      report('init/error', error)
    end

    private

    def report(path, error)
      headers = { 'Content-Type' => 'application/json', 'Lambda-Runtime-Function-Error-Type' => error.runtime_error_type }
      checked(@http.post("#{PREFIX}/#{path}", JSON.generate(error.to_h), headers))
    end

    def checked(answer)
      raise "the Runtime API answered #{answer.code}" unless answer.is_a?(Net::HTTPSuccess)

      answer
    end
  end

  # The platform has answered the caller already.
  class ResponseTooLarge < StandardError; end

  def self.run
    api = RuntimeApi.new(ENV.fetch('AWS_LAMBDA_RUNTIME_API'))
    handler = load_handler(api)
    serve(api, handler, api.next_invocation) while true
  end

  def self.load_handler(api)
    LambdaHandler.new(ENV.fetch('_HANDLER'))
  rescue Exception => e # rubocop:disable Lint/RescueException -- SyntaxError, LoadError and exit are none of StandardError
    error = LambdaError.new(e, 'Init')
    puts "Init error when loading handler #{ENV.fetch('_HANDLER')}", JSON.pretty_generate(error.to_h)
    api.fail_init(error)
    exit(1)
  end

  def self.serve(api, handler, invocation)
    request_id = invocation['Lambda-Runtime-Aws-Request-Id']
    trace_id = invocation['Lambda-Runtime-Trace-Id']
    ENV['_X_AMZN_TRACE_ID'] = trace_id if trace_id
    body, content_type = handler.call(JSON.parse(invocation.body), LambdaContext.new(invocation))
    api.respond(request_id, body, content_type)
  rescue ResponseTooLarge
    warn 'the response was too large'
  rescue SystemExit, NoMemoryError, SignalException
    # The end of the process says more than it could report.
    raise
  rescue Exception => e # rubocop:disable Lint/RescueException -- a SystemStackError or NotImplementedError is the handler's failure, too
    error = LambdaError.new(e, 'Function')
    puts 'Error raised from handler method', JSON.pretty_generate(error.to_h)
    api.fail_invocation(request_id, error)
  end
end

Hearth.run
