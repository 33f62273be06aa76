# How each program answers: the page in one header, the value of its parameter in another.

require 'erb'

EXACT = ['/login', '/accounts/login/', '/payments', '/admin/users', '/reports/q1',
         '/Reports/Q2'].freeze
FOLDERS = ['/vault', '/public'].freeze

# The headers of an answer with a page of the site.
def answer_headers(page, value = nil)
  headers = { 'x-page' => page, 'content-type' => 'text/plain' }
  headers['x-value'] = ERB::Util.url_encode(value.b) unless value.nil?
  headers
end

# The headers of the answer to /request: the host and the method that the application reads.
def request_headers(host, method)
  answer_headers('/request').merge('x-host' => ERB::Util.url_encode(host.to_s), 'x-method' => method)
end

# The headers of the answer to /version.
def version_headers(version)
  answer_headers('/version', "#{version} on Ruby #{RUBY_VERSION}")
end
