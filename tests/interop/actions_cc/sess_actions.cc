#include <algorithm>
#include <chrono>
#include <thread>

#include "tests/interop/actions_cc/actions.h"

namespace sail::interop {
namespace {

constexpr double kLongestSleep = 20'000;  // milliseconds

void Ok(Context& context) { context.Json(R"({"ok":true})"); }
void ServerError(Context& context) { context.Text("Internal Server Error", 500); }
void Forbidden(Context& context) { context.Text("Forbidden", 403); }
void NotFound(Context& context) { context.Text("Not Found", 404); }
void Hello(Context& context) { context.Json(R"({"hello":true})"); }

void NeedsLogin(Context& context) {
  if (IsTruthy(context.SessionValue("userId").value_or(""))) return;  // an empty answer lets the request pass
  Forbidden(context);
}

void Show(Context& context) {
  const auto& session = context.request().session();
  const auto or_else = [](const std::string& json, const char* otherwise) {
    return json.empty() ? otherwise : json;
  };
  const bool has = context.has_session();
  context.Json(ToObject({{"sid", has ? "true" : "false"},
                         {"session", has ? or_else(session.data_json(), "{}") : "null"},
                         {"cookie", has ? or_else(session.cookie_json(), "null") : "null"}}));
}

void Set(Context& context) {
  context.SetSession(ToText(context.Param("k").value_or("\"undefined\"")),
                     context.Param("v").value_or("null"));
  Ok(context);
}

void Login(Context& context) {
  const double given = ToNumber(context.Param("userId").value_or("0")).value_or(0);
  const std::string user = NumberText(given == 0 ? 1 : given);
  context.SetSession("userId", user);
  context.Json(ToObject({{"userId", user}}));
}

void Logout(Context& context) {
  context.UnsetSession("userId");
  Ok(context);
}

void Destroy(Context& context) {
  context.changes().set_destroy(true);
  context.Json(R"({"err":null})");
}

void Regenerate(Context& context) {
  context.changes().set_regenerate(true);
  context.SetSession("fresh", "true");
  context.Json(R"({"err":null})");
}

void Count(Context& context) {
  const double before = ToNumber(context.SessionValue("n").value_or("0")).value_or(0);
  const std::string now = NumberText(before + 1);
  context.SetSession("n", now);
  context.Json(ToObject({{"n", now}}));
}

void Slow(Context& context) {
  context.SetSession("slow", "true");
  double milliseconds = ToNumber(context.Param("ms").value_or("0")).value_or(0);
  if (milliseconds == 0) milliseconds = 100;
  std::this_thread::sleep_for(
      std::chrono::duration<double, std::milli>(std::clamp(milliseconds, 0.0, kLongestSleep)));
  context.Json(ToObject({{"slept", NumberText(milliseconds)}}));
}

// "8080" of "http://host:8080", or the protocol's own.
std::string PortOf(const std::string& base_url) {
  const size_t colon = base_url.rfind(':');
  const size_t host = base_url.find("//");
  if (host == std::string::npos) return "null";
  if (colon > host && base_url.back() != ']') return base_url.substr(colon + 1);
  return base_url.rfind("https:", 0) == 0 ? "443" : "80";
}

void Echo(Context& context) {
  const ActionRequest& request = context.request();
  Members headers;
  std::string accept, requested_with;
  for (const auto& header : request.headers()) {
    std::string name = header.name();
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    if (name == "accept") accept = header.value();
    if (name == "x-requested-with") requested_with = header.value();
    headers.emplace_back(name, Quoted(header.value()));
  }
  std::string addresses = "[";
  for (const std::string& address : request.forwarded_addresses()) {
    addresses.append(addresses.size() > 1 ? "," : "").append(Quoted(address));
  }
  const auto boolean = [](bool value) { return std::string(value ? "true" : "false"); };
  const bool wants_json =
      context.is_socket() || requested_with == "XMLHttpRequest" || accept.find("html") == std::string::npos;
  context.Json(ToObject({
      {"method", Quoted(request.method())},
      {"path", Quoted(request.path())},
      {"url", Quoted(request.url())},
      {"query", request.query_json().empty() ? "{}" : request.query_json()},
      {"body", request.body_json().empty() ? R"("__undefined__")" : request.body_json()},
      {"params", ToObject(context.AllParams())},
      {"isSocket", boolean(context.is_socket())},
      {"ip", Quoted(request.remote_address())},
      {"ips", addresses + "]"},
      {"protocol", Quoted(request.protocol())},
      {"secure", boolean(request.base_url().rfind("https:", 0) == 0)},
      {"port", PortOf(request.base_url())},
      {"baseUrl", Quoted(request.base_url())},
      {"headers", ToObject(headers)},
      {"wantsJSON", boolean(wants_json)},
      {"session", boolean(context.has_session())},
  }));
}

void Html(Context& context) {
  context.Text("plain");
  if (!context.is_socket()) context.AddHeader("Content-Type", "text/html");
}

void Headers(Context& context) {
  context.Json(R"({"a":1})", 201);
  context.AddHeader("X-Custom", "yes");
  context.AddHeader("Set-Cookie", "foo=bar");
}

void Redirect(Context& context) {
  context.response().set_status(302);  // the gateway writes the body that the client expects
  context.AddHeader("Location", "/user/1");
}

void Cookie(Context& context) {
  if (context.is_socket()) return ServerError(context);  // Sails has no res.cookie over sockets
  context.Json(R"({"ok":1})");
  context.AddHeader("Set-Cookie", "c1=v1; Path=/");
}

}  // namespace

void AddSessActions(Actions* actions) {
  actions->insert({
      {"blocked/hello", Hello},
      {"guarded/hello", Hello},
      {"policies/needslogin", NeedsLogin},
      {"sess/bad", [](Context& context) { context.Json(R"({"why":"x"})", 400); }},
      {"sess/badempty", [](Context& context) { context.Text("Bad Request", 400); }},
      {"sess/boom", ServerError},
      {"sess/cookie", Cookie},
      {"sess/count", Count},
      {"sess/destroy", Destroy},
      {"sess/echo", Echo},
      {"sess/forb", Forbidden},
      {"sess/hdr", Headers},
      {"sess/login", Login},
      {"sess/logout", Logout},
      {"sess/nf", NotFound},
      {"sess/nullbody", [](Context& context) { context.Json("null"); }},
      {"sess/num", [](Context& context) { context.Json("42"); }},
      {"sess/okempty", [](Context& context) { context.Text("OK"); }},
      {"sess/redir", Redirect},
      {"sess/regenerate", Regenerate},
      {"sess/se", ServerError},
      {"sess/sedata", ServerError},
      {"sess/set", Set},
      {"sess/show", Show},
      {"sess/slow", Slow},
      {"sess/str", Html},
      {"sess/strjson", [](Context& context) { context.Json("\"jsonstr\""); }},
  });
}

}  // namespace sail::interop
