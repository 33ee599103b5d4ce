#include "gateway/sails/virtual_request.h"

#include <algorithm>
#include <array>

#include "gateway/http/ascii.h"
#include "platform/json/json_scan.h"
#include "platform/json/json_text.h"

namespace sail::gateway {
namespace {

using action::v1::ActionResponse;
using platform::json::AppendJsonInteger;
using platform::json::AppendJsonString;
using platform::json::FirstJsonCharacter;
using platform::json::JsonMember;
using platform::json::SplitJsonObject;
using platform::json::UnescapeJsonString;

constexpr std::array<std::string_view, 7> kVerbs = {"get",    "post",    "put", "patch",
                                                    "delete", "options", "head"};

bool IsObjectOrArray(std::string_view json) {
  const char first = FirstJsonCharacter(json);
  return first == '{' || first == '[';
}

// Header values are strings; a client's number or boolean is taken as its text.
std::string HeaderValue(std::string_view raw) {
  if (FirstJsonCharacter(raw) != '"') return std::string(raw);
  return UnescapeJsonString(raw).value_or("");
}

void AppendBody(const ActionResponse& response, std::string* out) {
  if (response.body_type() == action::v1::BODY_TYPE_UNSPECIFIED) return;
  out->append("\"body\":");
  // A JSON string arrives encoded twice, as it does with Sails.
  if (response.body_type() == action::v1::BODY_TYPE_JSON && FirstJsonCharacter(response.body()) != '"') {
    out->append(response.body());
  } else {
    AppendJsonString(response.body(), out);
  }
  out->push_back(',');
}

bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

class HeaderObject {
 public:
  void Add(std::string_view name, std::string_view value) {
    for (auto& [known, text] : members_) {
      if (known == name) {
        text = value;
        return;
      }
    }
    members_.emplace_back(name, value);
  }
  void AppendTo(std::string* out) const {
    out->push_back('{');
    for (const auto& [name, value] : members_) {
      if (out->back() != '{') out->push_back(',');
      AppendJsonString(name, out);
      out->push_back(':');
      if (name == "content-length" && IsDigits(value)) {
        out->append(value);  // a number, as Express has it
      } else {
        AppendJsonString(value, out);
      }
    }
    out->push_back('}');
  }

 private:
  std::vector<std::pair<std::string, std::string>> members_;
};

}  // namespace

bool IsVirtualRequestEvent(std::string_view event) {
  return std::find(kVerbs.begin(), kVerbs.end(), event) != kVerbs.end();
}

absl::StatusOr<VirtualRequest> ParseVirtualRequest(std::string_view event,
                                                   const std::vector<std::string_view>& args) {
  if (args.empty()) return absl::InvalidArgumentError("No request was given.");
  const absl::StatusOr<std::vector<JsonMember>> members = SplitJsonObject(args[0]);
  if (!members.ok()) return absl::InvalidArgumentError("The request is not an object.");
  VirtualRequest request;
  request.method = event;
  for (char& c : request.method) c = static_cast<char>(c - ('a' - 'A'));
  std::string_view data, params;
  for (const JsonMember& member : *members) {
    if (member.key == "url") {
      absl::StatusOr<std::string> url = UnescapeJsonString(member.raw);
      if (!url.ok()) return absl::InvalidArgumentError("`url` must be a string.");
      request.url = *std::move(url);
    } else if (member.key == "data") {
      data = member.raw;
    } else if (member.key == "params") {
      params = member.raw;
    } else if (member.key == "headers" && FirstJsonCharacter(member.raw) == '{') {
      const auto headers = SplitJsonObject(member.raw);
      if (!headers.ok()) return headers.status();
      for (const JsonMember& header : *headers)
        request.headers.emplace_back(header.key, HeaderValue(header.raw));
    }
  }
  if (request.url.empty()) return absl::InvalidArgumentError("No `url` was given.");
  const size_t question = request.url.find('?');
  request.path = request.url.substr(0, question);
  if (question != std::string::npos) request.query = request.url.substr(question + 1);
  if (IsObjectOrArray(data)) {
    request.body_json = data;
  } else if (IsObjectOrArray(params)) {
    request.body_json = params;
  }
  return request;
}

std::string FormatVirtualResponse(const ActionResponse& response) {
  std::string out = "[{";
  AppendBody(response, &out);
  HeaderObject headers;
  for (const auto& header : response.headers()) headers.Add(header.name(), header.value());
  for (const auto& header : response.headers()) {
    const std::string lower = AsciiLowered(header.name());
    if (lower != "set-cookie") headers.Add(lower, header.value());
  }
  if (response.body_type() == action::v1::BODY_TYPE_JSON && FirstJsonCharacter(response.body()) == '"') {
    headers.Add("content-type", "application/json");
  }
  out.append("\"headers\":");
  headers.AppendTo(&out);
  out.append(",\"statusCode\":");
  AppendJsonInteger(response.status() == 0 ? 200 : response.status(), &out);
  out.append("}]");
  return out;
}

std::string FormatParseError(std::string_view details) {
  std::string out =
      "[{\"code\":\"SAILS:HOOK:SOCKETS:PARSE_VIRTUAL_REQ\",\"name\":\"Error\",\"status\":400,"
      "\"message\":\"Failed to parse incoming socket.io request.\",\"details\":";
  AppendJsonString(details, &out);
  out.append("}]");
  return out;
}

}  // namespace sail::gateway
