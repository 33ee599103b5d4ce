#include "gateway/sails/redirect_answer.h"

#include "gateway/http/ascii.h"

namespace sail::gateway {

using action::v1::ActionResponse;

std::optional<std::string> TakeRedirect(ActionResponse* response) {
  if (response->status() < 300 || response->status() > 399 || !response->body().empty()) return std::nullopt;
  auto* headers = response->mutable_headers();
  for (int i = 0; i < headers->size(); ++i) {
    if (!EqualsIgnoreCase(headers->Get(i).name(), "location")) continue;
    std::string location = headers->Get(i).value();
    headers->DeleteSubrange(i, 1);
    return location;
  }
  return std::nullopt;
}

void MakeVirtualRedirect(const std::string& location, int status, ActionResponse* response) {
  const auto add_header = [&](const char* name, const std::string& value) {
    auto* header = response->add_headers();
    header->set_name(name);
    header->set_value(value);
  };
  response->set_status(status);
  response->set_body_type(action::v1::BODY_TYPE_TEXT);
  response->set_body("Redirecting to " + location);
  add_header("content-type", "text/html");
  add_header("Location", location);
}

}  // namespace sail::gateway
