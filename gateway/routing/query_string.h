#ifndef SAIL_GATEWAY_ROUTING_QUERY_STRING_H_
#define SAIL_GATEWAY_ROUTING_QUERY_STRING_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace sail::gateway {

// Limits as Express sets them for queries; urlencoded bodies have others (body_parser.h).
struct QueryStringOptions {
  size_t depth = 5;               // brackets beyond it are one literal key
  size_t array_limit = 1000;      // longer arrays become objects with the indexes as keys
  size_t parameter_limit = 1000;  // further parameters are ignored
};

// A query string in npm qs's extended syntax (`a[b]=1`, `a[]=1`, `a[0]=1`, a repeated key) as the text of a
// JSON object, the way Express's req.query would be stringified. `__proto__` is left out; malformed escapes
// stay as they are. Never fails. Compared with qs 6.15.
std::string ParseNestedQuery(std::string_view query, const QueryStringOptions& options = {});

// The same for Node's querystring module, which Sails uses for virtual requests: brackets mean nothing, a
// repeated key makes an array.
std::string ParseFlatQuery(std::string_view query);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_ROUTING_QUERY_STRING_H_
