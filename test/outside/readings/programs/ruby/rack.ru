# The example site by Rack alone. Rack decodes nothing: PATH_INFO is what the server makes of it.

require 'rack'
require_relative 'answer'

module Readings
  def self.serve(page, value = nil)
    [200, answer_headers(page, value), []]
  end

  ROOT = lambda do |env|
    path = env['PATH_INFO']
    if path == '/version'
      server = env['SERVER_SOFTWARE'].to_s
      next [200, version_headers("Rack #{Rack.release} (#{server})"), []]
    end
    if path == '/request'
      request = Rack::Request.new(env)
      next [200, request_headers(request.host, request.request_method), []]
    end
    next serve(path) if EXACT.include?(path)

    match = %r{\A/payments/([^/]+)\z}.match(path)
    match ? serve('/payments/{id}', match[1]) : [404, {}, []]
  end

  BELOW = FOLDERS.to_h do |folder|
    [folder, ->(env) { serve("#{folder}/{rest}", env['PATH_INFO'].delete_prefix('/')) }]
  end
end

run Rack::URLMap.new({ '/' => Readings::ROOT }.merge(Readings::BELOW))
