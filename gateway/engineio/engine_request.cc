#include "gateway/engineio/engine_request.h"

#include <utility>

namespace sail::gateway::engineio {
namespace {

// What Node lets pass in a header: no control characters but the tab.
bool HasBadCharacter(std::string_view header) {
  for (const char c : header) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && byte != '\t') || byte == 0x7F) return true;
  }
  return false;
}

// Takes a parameter for once; a second one of its name unsets it for good.
class Parameter {
 public:
  void Add(std::string value) { value_ = count_++ == 0 ? std::move(value) : std::string(); }
  std::string& value() { return value_; }
  bool present() const { return count_ > 0; }

 private:
  std::string value_;
  int count_ = 0;
};

}  // namespace

EngineRequest ParseEngineRequest(std::string_view query) {
  Parameter transport, sid, eio, b64, jsonp;
  while (!query.empty()) {
    const size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    const size_t equals = pair.find('=');
    const std::string_view name = pair.substr(0, equals);
    Parameter* const parameter = name == "transport" ? &transport
                                 : name == "sid"     ? &sid
                                 : name == "EIO"     ? &eio
                                 : name == "b64"     ? &b64
                                 : name == "j"       ? &jsonp
                                                     : nullptr;
    if (parameter == nullptr) continue;
    parameter->Add(equals == std::string_view::npos ? std::string() : std::string(pair.substr(equals + 1)));
  }
  return {std::move(transport.value()), std::move(sid.value()), ParseVersion(eio.value()), !b64.present(),
          jsonp.present()};
}

std::optional<EngineError> CheckEngineRequest(const EngineRequest& request,
                                              const EngineRequestContext& context) {
  const bool websocket = request.transport == "websocket";
  const bool polling = request.transport == "polling";
  if (!(websocket && context.allows_websocket) && !(polling && context.allows_polling))
    return kUnknownTransport;
  if (HasBadCharacter(context.origin) || (polling && request.is_jsonp)) return kBadRequest;
  if (!request.sid.empty()) {
    if (!context.sid_is_known) return kUnknownSid;
    // A known session goes on by polls, or is upgraded.
    if (websocket && !context.is_upgrade) return kBadRequest;
    return std::nullopt;
  }
  if (context.method != "GET") return kBadHandshakeMethod;
  if (websocket && !context.is_upgrade) return kBadRequest;
  return std::nullopt;
}

}  // namespace sail::gateway::engineio
