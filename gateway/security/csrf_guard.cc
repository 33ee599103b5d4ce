#include "gateway/security/csrf_guard.h"

#include <algorithm>
#include <utility>

#include "gateway/security/csrf_token.h"
#include "platform/json/json_scan.h"
#include "platform/json/json_text.h"

namespace sail::gateway {
namespace {

using action::v1::ActionResponse;

constexpr std::string_view kSecretKey = "csrfSecret";

// The member's text; empty if it is not there or not a string.
std::string TextMember(std::string_view json, std::string_view key) {
  if (json.empty()) return "";
  const auto members = platform::json::SplitJsonObject(json);
  if (!members.ok()) return "";
  for (const auto& member : *members) {
    if (member.key == key) return platform::json::UnescapeJsonString(member.raw).value_or("");
  }
  return "";
}

std::string CarriedToken(const CsrfRequest& request) {
  if (std::string token = TextMember(request.body_json, "_csrf"); !token.empty()) return token;
  if (!request.query.empty()) {
    if (std::string token = TextMember(request.parse_query(request.query), "_csrf"); !token.empty())
      return token;
  }
  for (const char* name : {"csrf-token", "xsrf-token", "x-csrf-token", "x-xsrf-token"}) {
    const std::optional<std::string_view> value = request.header(name);
    if (value.has_value() && !value->empty()) return std::string(*value);
  }
  return "";
}

ActionResponse Answer(int status, action::v1::BodyType type, std::string body) {
  ActionResponse response;
  response.set_status(status);
  response.set_body_type(type);
  response.set_body(std::move(body));
  return response;
}

ActionResponse Grant(const RequestSession& session) {
  std::string secret = session.enabled ? TextMember(session.data_json, kSecretKey) : "";
  ActionResponse response;
  if (session.enabled && secret.empty()) {
    secret = NewCsrfSecret();
    (*response.mutable_session_changes()->mutable_set())[std::string(kSecretKey)] =
        platform::json::JsonString(secret);
  }
  response.MergeFrom(Answer(200, action::v1::BODY_TYPE_JSON,
                            "{\"_csrf\":\"" + (secret.empty() ? "" : NewCsrfToken(secret)) + "\"}"));
  return response;
}

}  // namespace

CsrfGuard::CsrfGuard(bool on_for_all, const std::vector<Route>& routes)
    : on_for_all_(on_for_all),
      on_somewhere_(on_for_all || std::any_of(routes.begin(), routes.end(), [](const Route& route) {
                      return route.csrf.value_or(false);
                    })) {}

bool CsrfGuard::Demands(std::string_view method, const Route* route) const {
  if (method == "GET" || method == "HEAD" || method == "OPTIONS") return false;
  return route == nullptr ? on_for_all_ : route->csrf.value_or(on_for_all_);
}

CsrfGuard::EarlyAnswer CsrfGuard::For(const CsrfRequest& request) const {
  const bool demands = Demands(request.method, request.route);
  const bool grants = request.route != nullptr && IsGrant(*request.route);
  if (!demands && !grants) return nullptr;
  return [demands, grants, in_use = on_somewhere_, over_socket = request.over_socket,
          token = demands ? CarriedToken(request)
                          : ""](const RequestSession& session) -> std::optional<ActionResponse> {
    if (demands && !(session.enabled && IsCsrfTokenOf(TextMember(session.data_json, kSecretKey), token))) {
      return Answer(403, action::v1::BODY_TYPE_TEXT, "Forbidden");
    }
    if (!grants) return std::nullopt;
    if (over_socket) return Answer(404, action::v1::BODY_TYPE_TEXT, "Not Found");
    return in_use ? Grant(session) : Answer(200, action::v1::BODY_TYPE_JSON, "{\"_csrf\":\"\"}");
  };
}

std::string CsrfGuard::NewSessionData() const {
  if (!on_for_all_) return "";
  std::string json = "{";
  platform::json::AppendJsonString(kSecretKey, &json);
  json.push_back(':');
  platform::json::AppendJsonString(NewCsrfSecret(), &json);
  return json + "}";
}

}  // namespace sail::gateway
