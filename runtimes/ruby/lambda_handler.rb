# frozen_string_literal: true

require 'json'
require 'stringio'

# The method that a function names: FILENAME.METHOD, or FILENAME.CLASS.METHOD for a method of a class or module.
class LambdaHandler
  def initialize(text)
    file, *names = text.split('.')
    unless [1, 2].include?(names.length)
      raise ArgumentError, "Invalid handler #{text}, must be of form FILENAME.METHOD or FILENAME.CLASS.METHOD where FILENAME corresponds " \
                           'with an existing Ruby source file FILENAME.rb, CLASS corresponds with an existing module/class namespace ' \
                           'and METHOD corresponds with a callable method.'
    end

    @method = names.pop
    require file
    @owner = names.empty? ? Kernel : Kernel.const_get(names.first)
  end

  # The body of the response, and its type.
  def call(event, context)
    response = @owner.send(@method, event: event, context: context)
    return [response.read, 'application/unknown'] if response.is_a?(StringIO) || response.is_a?(File)

    [JSON.generate(response), 'application/json']
  end
end
