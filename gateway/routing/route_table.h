#ifndef SAIL_GATEWAY_ROUTING_ROUTE_TABLE_H_
#define SAIL_GATEWAY_ROUTING_ROUTE_TABLE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/routing/route.h"

namespace sail::gateway {

struct RouteMatch {
  enum class Outcome {
    kFound,
    kNotFound,
    kMalformedEscape,  // answer 400, text/html: kMalformedEscapeText
  };
  Outcome outcome = Outcome::kNotFound;
  // In kFound; as long-lived as the table.
  const Route* route = nullptr;
  // Name and percent-decoded value, in the pattern's order. An optional parameter that is missing is left
  // out; the rest that a "*" takes has the name "0".
  std::vector<std::pair<std::string, std::string>> params;
};

inline constexpr std::string_view kMalformedEscapeText = "Bad request: Could not decode requested URL.";

// Finds the route of a request. Of several that match the first in the list wins. Matching is on the path as
// sent, as in Express: without case, one trailing slash ignored, "//" not collapsed, escapes decoded in
// parameters only. Immutable after Build, so any thread may look up.
class RouteTable {
 public:
  // INVALID_ARGUMENT names every malformed pattern.
  static absl::StatusOr<RouteTable> Build(std::vector<Route> routes);

  RouteTable(RouteTable&&) noexcept;
  RouteTable& operator=(RouteTable&&) noexcept;
  ~RouteTable();

  // `path` without the query. HEAD finds a GET route where there is none of its own that comes earlier.
  RouteMatch Find(std::string_view method, std::string_view path) const;

  // In order of precedence.
  const std::vector<Route>& routes() const;

 private:
  struct Node;
  struct Tree;
  class Search;
  explicit RouteTable(std::unique_ptr<Tree> tree);
  std::unique_ptr<Tree> tree_;
};

// Sails' skipAssets rule, /^[^?]*\/[^?\/]+\.[^?\/]+(\?.*)?$/ on the URL: the last segment has a dot with
// something on either side. `path` without the query.
bool LooksLikeAsset(std::string_view path);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_ROUTING_ROUTE_TABLE_H_
