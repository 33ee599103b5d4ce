// Redirects as actions ask for them: a status of 3xx with a header Location and without a body.
#ifndef SAIL_GATEWAY_SAILS_REDIRECT_ANSWER_H_
#define SAIL_GATEWAY_SAILS_REDIRECT_ANSWER_H_

#include <optional>
#include <string>

#include "protos/sail/action/v1/action.pb.h"

namespace sail::gateway {

// Takes the Location out of an answer that is a redirect; nullopt for every other answer, which stays as it
// is.
std::optional<std::string> TakeRedirect(action::v1::ActionResponse* response);

// The redirect as Sails answers it over a socket: an explaining text, Location as a header. The other headers
// stay.
void MakeVirtualRedirect(const std::string& location, int status, action::v1::ActionResponse* response);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_SAILS_REDIRECT_ANSWER_H_
