#include "gateway/engineio/engine_error.h"

#include "platform/json/json_text.h"

namespace sail::gateway::engineio {

std::string EngineErrorBody(const EngineError& error) {
  std::string body = R"({"code":)";
  platform::json::AppendJsonInteger(error.code, &body);
  body += R"(,"message":)";
  platform::json::AppendJsonString(error.message, &body);
  body += '}';
  return body;
}

}  // namespace sail::gateway::engineio
