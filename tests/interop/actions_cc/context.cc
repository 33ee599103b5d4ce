#include "tests/interop/actions_cc/context.h"

#include <charconv>
#include <cmath>

#include "platform/json/json_scan.h"
#include "platform/json/json_text.h"

namespace sail::interop {
namespace {

namespace json = platform::json;

const std::string* Find(const Members& members, std::string_view name) {
  for (const auto& [key, value] : members) {
    if (key == name) return &value;
  }
  return nullptr;
}

void Put(Members* members, const std::string& name, std::string value) {
  for (auto& [key, old] : *members) {
    if (key != name) continue;
    old = std::move(value);
    return;
  }
  members->emplace_back(name, std::move(value));
}

}  // namespace

bool IsTruthy(std::string_view text) {
  if (text.empty() || text == "null" || text == "false" || text == "\"\"") return false;
  if (text.front() == '"') return true;
  const std::optional<double> number = ToNumber(text);
  return !number || *number != 0;
}

std::optional<double> ToNumber(std::string_view text) {
  if (text == "true" || text == "false") return text == "true" ? 1 : 0;
  const std::string digits = ToText(text);
  if (digits.empty()) return 0;
  double number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

std::string ToText(std::string_view text) {
  if (text.empty() || text.front() != '"') return std::string(text);
  return json::UnescapeJsonString(text).value_or("");
}

std::string Quoted(std::string_view text) {
  std::string quoted;
  json::AppendJsonString(text, &quoted);
  return quoted;
}

std::string NumberText(double number) {
  std::string text;
  json::AppendJsonNumber(number, &text);
  return text;
}

Members MembersOf(std::string_view text) {
  Members members;
  if (const auto split = json::SplitJsonObject(text); split.ok()) {
    for (const json::JsonMember& member : *split) members.emplace_back(member.key, std::string(member.raw));
  }
  return members;
}

std::string ToObject(const Members& members) {
  std::string object = "{";
  for (const auto& [key, value] : members) {
    if (object.size() > 1) object.push_back(',');
    object.append(Quoted(key)).append(":").append(value);
  }
  return object + "}";
}

std::optional<std::string> Context::Param(std::string_view name) const {
  for (const auto& param : request_.params()) {
    if (param.name() == name) return Quoted(param.value());
  }
  for (const std::string* source : {&request_.body_json(), &request_.query_json()}) {
    const Members members = MembersOf(*source);
    if (const std::string* value = Find(members, name); value != nullptr && *value != "null") return *value;
  }
  return std::nullopt;
}

bool Context::HasTruthy(std::string_view name) const { return IsTruthy(Param(name).value_or("")); }

std::vector<std::string> Context::Names(std::string_view param) const {
  const std::optional<std::string> value = Param(param);
  if (!value) return {};
  const auto elements = json::SplitJsonArray(*value);
  if (!elements.ok()) return {ToText(*value)};
  std::vector<std::string> names;
  for (const std::string_view element : *elements) names.push_back(ToText(element));
  return names;
}

Members Context::AllParams() const {
  Members all = MembersOf(request_.query_json());
  for (auto& [key, value] : MembersOf(request_.body_json())) Put(&all, key, std::move(value));
  for (const auto& param : request_.params()) Put(&all, param.name(), Quoted(param.value()));
  return all;
}

std::optional<std::string> Context::SessionValue(std::string_view key) const {
  const Members members = MembersOf(request_.session().data_json());
  const std::string* value = Find(members, key);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

void Context::SetSession(const std::string& key, std::string value) {
  (*changes().mutable_set())[key] = std::move(value);
}

void Context::UnsetSession(const std::string& key) { changes().add_unset(key); }

void Context::Json(std::string text, int status) {
  response_.set_status(status);
  response_.set_body_type(action::v1::BODY_TYPE_JSON);
  response_.set_body(std::move(text));
}

void Context::Text(std::string text, int status) {
  response_.set_status(status);
  response_.set_body_type(action::v1::BODY_TYPE_TEXT);
  response_.set_body(std::move(text));
}

void Context::AddHeader(const std::string& name, const std::string& value) {
  auto* header = response_.add_headers();
  header->set_name(name);
  header->set_value(value);
}

}  // namespace sail::interop
