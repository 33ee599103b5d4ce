#include "gateway/routing/route_table.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "absl/status/status.h"
#include "gateway/http/ascii.h"
#include "gateway/routing/percent_decode.h"

namespace sail::gateway {
namespace {

constexpr uint32_t kNone = UINT32_MAX;

struct IgnoreCaseHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const {
    uint64_t hash = 14695981039346656037u;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(AsciiLower(c))) * 1099511628211u;
    return hash;
  }
};

struct IgnoreCaseEqual {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const { return EqualsIgnoreCase(a, b); }
};

// "/a/b/" → "a/b"; nullopt if it does not start with a slash.
std::optional<std::string_view> TrimSlashes(std::string_view path) {
  if (path.empty() || path.front() != '/') return std::nullopt;
  path.remove_prefix(1);
  if (!path.empty() && path.back() == '/') path.remove_suffix(1);
  return path;
}

// Takes the first segment off a path without its leading slash. `more` says whether another follows.
std::string_view TakeSegment(std::string_view* path, bool* more) {
  const size_t slash = path->find('/');
  *more = slash != std::string_view::npos;
  const std::string_view segment = path->substr(0, slash);
  path->remove_prefix(*more ? slash + 1 : path->size());
  return segment;
}

bool IsParameterName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (AsciiLower(c) >= 'a' && AsciiLower(c) <= 'z');
  });
}

}  // namespace

struct RouteTable::Node {
  std::unordered_map<std::string, Node, IgnoreCaseHash, IgnoreCaseEqual> literals;
  std::unique_ptr<Node> parameter;
  std::vector<uint32_t> routes;     // that end here, ascending
  std::vector<uint32_t> wildcards;  // that take whatever follows, ascending
};

struct RouteTable::Tree {
  std::vector<Route> routes;
  std::vector<std::vector<std::string>> names;  // of each route's parameters
  Node root;

  // What is wrong with the pattern, or empty.
  std::string Add(uint32_t index) {
    const std::optional<std::string_view> path = TrimSlashes(routes[index].path);
    if (!path) return "has to start with a slash";
    std::string_view rest = *path;
    Node* node = &root;
    bool more = !rest.empty();
    while (more) {
      std::string_view segment = TakeSegment(&rest, &more);
      if (segment == "*") {
        if (more) return "may have * as its last segment only";
        names[index].push_back("0");
        node->wildcards.push_back(index);
        return "";
      }
      if (segment.empty()) return "has an empty segment";
      if (segment.front() != ':') {
        if (segment.find_first_of(":*?()|") != std::string_view::npos) return "has an unsupported segment";
        node = &node->literals[std::string(segment)];
        continue;
      }
      const bool optional = segment.back() == '?';
      if (optional) segment.remove_suffix(1);
      if (!IsParameterName(segment.substr(1))) return "has a malformed parameter";
      if (optional && more) return "may have an optional parameter at its end only";
      if (optional) node->routes.push_back(index);
      names[index].emplace_back(segment.substr(1));
      if (!node->parameter) node->parameter = std::make_unique<Node>();
      node = node->parameter.get();
    }
    node->routes.push_back(index);
    return "";
  }
};

// One look-up: walks all branches that match and keeps the route that comes first in the list.
class RouteTable::Search {
 public:
  Search(const Tree& tree, std::string_view method, bool asset)
      : tree_(tree), method_(method), asset_(asset) {}

  void Walk(const Node& node, std::string_view rest, bool more) {
    if (!node.wildcards.empty() && more) {
      values_.push_back(rest);
      Consider(node.wildcards);
      values_.pop_back();
    }
    if (!more) return Consider(node.routes);
    const std::string_view segment = TakeSegment(&rest, &more);
    if (const auto literal = node.literals.find(segment); literal != node.literals.end()) {
      Walk(literal->second, rest, more);
    }
    if (node.parameter && !segment.empty()) {
      values_.push_back(segment);
      Walk(*node.parameter, rest, more);
      values_.pop_back();
    }
  }

  uint32_t best() const { return best_; }
  const std::vector<std::string_view>& best_values() const { return best_values_; }

 private:
  void Consider(const std::vector<uint32_t>& candidates) {
    for (const uint32_t index : candidates) {
      if (index >= best_) return;
      const Route& route = tree_.routes[index];
      const bool method_fits =
          route.method.empty() || route.method == method_ || (method_ == "HEAD" && route.method == "GET");
      if (!method_fits || (asset_ && route.skip_assets)) continue;
      best_ = index;
      best_values_ = values_;
      return;
    }
  }

  const Tree& tree_;
  const std::string_view method_;
  const bool asset_;
  std::vector<std::string_view> values_;
  uint32_t best_ = kNone;
  std::vector<std::string_view> best_values_;
};

RouteTable::RouteTable(std::unique_ptr<Tree> tree) : tree_(std::move(tree)) {}
RouteTable::RouteTable(RouteTable&&) noexcept = default;
RouteTable& RouteTable::operator=(RouteTable&&) noexcept = default;
RouteTable::~RouteTable() = default;

absl::StatusOr<RouteTable> RouteTable::Build(std::vector<Route> routes) {
  auto tree = std::make_unique<Tree>();
  tree->routes = std::move(routes);
  tree->names.resize(tree->routes.size());
  std::string problems;
  for (uint32_t i = 0; i < tree->routes.size(); ++i) {
    const std::string problem = tree->Add(i);
    if (problem.empty()) continue;
    problems += (problems.empty() ? "" : "; ") + ("route \"" + tree->routes[i].path + "\" " + problem);
  }
  if (!problems.empty()) return absl::InvalidArgumentError(problems);
  return RouteTable(std::move(tree));
}

RouteMatch RouteTable::Find(std::string_view method, std::string_view path) const {
  const bool escaped = path.find('%') != std::string_view::npos;
  if (escaped && !DecodeUriComponent(path)) return {.outcome = RouteMatch::Outcome::kMalformedEscape};
  const std::optional<std::string_view> trimmed = TrimSlashes(path);
  if (!trimmed) return {};
  Search search(*tree_, method, LooksLikeAsset(path));
  search.Walk(tree_->root, *trimmed, path.size() > 1);
  if (search.best() == kNone) return {};

  RouteMatch match{.outcome = RouteMatch::Outcome::kFound, .route = &tree_->routes[search.best()]};
  const std::vector<std::string>& names = tree_->names[search.best()];
  for (size_t i = 0; i < search.best_values().size(); ++i) {
    const std::string_view value = search.best_values()[i];
    // Each part of a well-formed path may still be malformed: "%C3/%A9".
    std::optional<std::string> decoded = escaped ? DecodeUriComponent(value) : std::string(value);
    if (!decoded) return {.outcome = RouteMatch::Outcome::kMalformedEscape};
    match.params.emplace_back(names[i], *std::move(decoded));
  }
  return match;
}

const std::vector<Route>& RouteTable::routes() const { return tree_->routes; }

bool LooksLikeAsset(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view name = path.substr(slash + 1);
  return name.size() >= 3 && name.substr(1, name.size() - 2).find('.') != std::string_view::npos;
}

}  // namespace sail::gateway
