# The example site by Rails.

require 'action_controller/railtie'
require_relative 'answer'

class Site < Rails::Application
  config.load_defaults 6.1
  config.eager_load = false
  config.consider_all_requests_local = false
  config.secret_key_base = 'for this table only'
  config.logger = Logger.new(IO::NULL)
  config.hosts.clear
  # A POST without a token is to be answered, not refused.
  config.action_controller.allow_forgery_protection = false
end

class PagesController < ActionController::Base
  def show
    answer_headers(params[:page], params[:value]).each { |name, value| headers[name] = value }
    # The suffix that Rails took off the path, such as "json".
    headers['x-format'] = params[:format] unless params[:format].nil?
    head :ok
  end

  def request_facts
    request_headers(request.host, request.request_method).each { |name, value| headers[name] = value }
    head :ok
  end

  def version
    version_headers("Rails #{Rails.version}").each { |name, value| headers[name] = value }
    head :ok
  end
end

Site.initialize!
Site.routes.draw do
  get '/version', to: 'pages#version'
  match '/request', to: 'pages#request_facts', via: :all
  EXACT.each { |page| get page, to: 'pages#show', page: page }
  get '/payments/:value', to: 'pages#show', page: '/payments/{id}'
  FOLDERS.each { |folder| get "#{folder}/*value", to: 'pages#show', page: "#{folder}/{rest}" }
end

run Site
