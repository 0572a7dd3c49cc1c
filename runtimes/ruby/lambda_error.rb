# frozen_string_literal: true

# An exception as the caller and the platform see it.
class LambdaError
  MAX_STACK = 100
  NAMED = [ArgumentError, NoMethodError, Exception, StandardError, NameError, LoadError, SystemExit, SystemStackError].freeze

  # classification: 'Init' or 'Function'
  def initialize(error, classification)
    @error = error
    @classification = classification
  end

  def to_h
    { errorMessage: @error.message, errorType: error_type, stackTrace: stack }
  end

  # Names of users' own classes stay out of the platform's metrics.
  def runtime_error_type
    NAMED.include?(@error.class) ? error_type : "#{@classification}<UserException>"
  end

  private

  def error_type
    "#{@classification}<#{@error.class}>"
  end

  # Without what lies below the handler: that is ours.
  def stack
    (@error.backtrace || []).take_while { |line| !line.start_with?("#{__dir__}/") }.first(MAX_STACK)
  end
end
