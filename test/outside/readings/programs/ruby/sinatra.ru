# The example site by Sinatra.

require 'sinatra/base'
require_relative 'answer'

class Site < Sinatra::Base
  set :environment, :production
  set :logging, false
  # As in an application without a class of its own.
  enable :method_override
  set :show_exceptions, false
  # Its host check is not what is asked here.
  set :protection, except: %i[host_authorization]

  get('/version') { headers version_headers("Sinatra #{Sinatra::VERSION} (Rack #{Rack.release})") }
  before '/request' do
    headers request_headers(request.host, request.request_method)
    halt 200
  end
  EXACT.each { |page| get(page) { headers answer_headers(page) } }
  get('/payments/:id') { headers answer_headers('/payments/{id}', params['id']) }
  FOLDERS.each do |folder|
    get("#{folder}/*") { headers answer_headers("#{folder}/{rest}", params['splat'].first) }
  end
end

run Site
