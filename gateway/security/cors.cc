#include "gateway/security/cors.h"

#include <algorithm>

#include "gateway/http/response_writer.h"

namespace sail::gateway {
namespace {

// Whether the request's origin may read the answer; says so in the headers.
bool AddOrigin(const CorsSettings& cors, const HttpRequest& request, HttpResponse* response) {
  if (cors.any_origin) {
    response->AddHeader("Access-Control-Allow-Origin", "*");
    return true;
  }
  const std::optional<std::string_view> origin = request.header("origin");
  if (!origin.has_value() ||
      std::find(cors.allow_origins.begin(), cors.allow_origins.end(), *origin) == cors.allow_origins.end()) {
    return false;
  }
  response->AddHeader("Access-Control-Allow-Origin", std::string(*origin));
  AddVary("Origin", response);
  return true;
}

void AddListed(const char* name, const std::string& value, HttpResponse* response) {
  if (!value.empty()) response->AddHeader(name, value);
}

}  // namespace

const CorsSettings* CorsFor(const SecurityConfig& security, const RouteMatch& match) {
  if (match.outcome == RouteMatch::Outcome::kFound) {
    if (match.route->cors.has_value()) return &*match.route->cors;
    if (match.route->cors_as_for_all) return &security.cors;
  }
  return security.cors_for_all_routes ? &security.cors : nullptr;
}

std::string_view RequestedMethod(const HttpRequest& request) {
  return request.header("access-control-request-method").value_or("");
}

void AddCorsHeaders(const CorsSettings& cors, const HttpRequest& request, HttpResponse* response) {
  if (!AddOrigin(cors, request, response)) return;
  if (cors.allow_credentials) response->AddHeader("Access-Control-Allow-Credentials", "true");
  AddListed("Access-Control-Expose-Headers", cors.allow_response_headers, response);
}

HttpResponse CorsPreflight(const CorsSettings& cors, const HttpRequest& request) {
  HttpResponse response;
  if (!AddOrigin(cors, request, &response)) return response;
  if (cors.allow_credentials) response.AddHeader("Access-Control-Allow-Credentials", "true");
  AddListed("Access-Control-Allow-Methods", cors.allow_request_methods, &response);
  AddListed("Access-Control-Allow-Headers", cors.allow_request_headers, &response);
  AddListed("Access-Control-Expose-Headers", cors.allow_response_headers, &response);
  return response;
}

}  // namespace sail::gateway
