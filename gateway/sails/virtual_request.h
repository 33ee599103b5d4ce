// The requests that sails.io.js sends over a socket, and their responses (specified by sails-hook-sockets).
//
//   42<n>["get",{"method":"get","headers":{},"data":{},"url":"/user?limit=2"}]
//   43<n>[{"body":[…],"headers":{},"statusCode":200}]
#ifndef SAIL_GATEWAY_SAILS_VIRTUAL_REQUEST_H_
#define SAIL_GATEWAY_SAILS_VIRTUAL_REQUEST_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "protos/sail/action/v1/action.pb.h"

namespace sail::gateway {

// Whether an event of that name is a virtual request: a verb in lower case.
bool IsVirtualRequestEvent(std::string_view event);

struct VirtualRequest {
  std::string method;  // upper case, from the event's name
  std::string url;     // as sent
  std::string path;    // of url, without the query
  std::string query;   // of url, without "?"
  // The client's own, in its order.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body_json;  // "data", else "params"; empty if neither is an object or array
};

// args: the event's arguments as JSON texts, without the name. Errors: INVALID_ARGUMENT where there is no
// usable url.
absl::StatusOr<VirtualRequest> ParseVirtualRequest(std::string_view event,
                                                   const std::vector<std::string_view>& args);

// The acknowledgement's arguments, a JSON array of one object: {"body":…,"headers":{…},"statusCode":N}.
// "body" is left out where the action gave none.
std::string FormatVirtualResponse(const action::v1::ActionResponse& response);

// The acknowledgement's arguments for an event that could not be understood. Unlike Sails' it has no stack
// trace.
std::string FormatParseError(std::string_view details);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_SAILS_VIRTUAL_REQUEST_H_
