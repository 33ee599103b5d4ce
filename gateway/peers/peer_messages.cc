#include "gateway/peers/peer_messages.h"

#include <string>
#include <utility>

namespace sail::gateway {

void ToMessage(const HttpRequest& request, v1::Request* message) {
  message->set_method(request.method);
  message->set_target(request.target);
  for (const HttpHeader& header : request.headers) {
    v1::Header* const copy = message->add_headers();
    copy->set_name(header.name);
    copy->set_value(header.value);
  }
  message->set_body(request.body);
  message->set_remote_address(request.remote_address);
  message->set_http_version(request.version);
}

std::shared_ptr<const HttpRequest> FromMessage(v1::Request&& message) {
  auto request = std::make_shared<HttpRequest>();
  request->method = std::move(*message.mutable_method());
  request->target = std::move(*message.mutable_target());
  for (v1::Header& header : *message.mutable_headers()) {
    request->headers.push_back({std::move(*header.mutable_name()), std::move(*header.mutable_value())});
  }
  request->body = std::move(*message.mutable_body());
  request->remote_address = std::move(*message.mutable_remote_address());
  request->version = message.http_version();
  return request;
}

void ToMessage(HttpResponse&& response, v1::ForwardResponse* message) {
  message->set_status(response.status);
  for (HttpHeader& header : response.headers) {
    v1::Header* const copy = message->add_headers();
    copy->set_name(std::move(header.name));
    copy->set_value(std::move(header.value));
  }
  if (response.shared_body != nullptr) {
    message->set_body(*response.shared_body);
  } else {
    message->set_body(std::move(response.body));
  }
}

HttpResponse FromMessage(v1::ForwardResponse&& message) {
  HttpResponse response;
  response.status = message.status();
  for (v1::Header& header : *message.mutable_headers()) {
    response.AddHeader(std::move(*header.mutable_name()), std::move(*header.mutable_value()));
  }
  response.body = std::move(*message.mutable_body());
  return response;
}

}  // namespace sail::gateway
