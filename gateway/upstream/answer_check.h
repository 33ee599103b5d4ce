// Whether the answer of a service of the application's own can be given to clients.
#ifndef SAIL_GATEWAY_UPSTREAM_ANSWER_CHECK_H_
#define SAIL_GATEWAY_UPSTREAM_ANSWER_CHECK_H_

#include "absl/status/status.h"
#include "protos/sail/action/v1/action.pb.h"

namespace sail::gateway {

// DATA_LOSS with what is wrong (it goes to the log, never to a client): a status outside of 200 to 599, a
// header that is none, text that is not JSON where JSON belongs (it would break what a socket gets, or what
// is stored).
absl::Status CheckAnswer(const action::v1::ActionResponse& answer);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_UPSTREAM_ANSWER_CHECK_H_
