#include "gateway/actions/route_source.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "platform/log/log.h"
#include "platform/text/string_view.h"

namespace sail::gateway {
namespace {

using action::v1::DescribeResponse;
using platform::Log;
using platform::Severity;

constexpr auto kInterval = std::chrono::seconds(5);
constexpr auto kMissingInterval = std::chrono::milliseconds(500);  // while a service has not answered
constexpr auto kStartInterval = std::chrono::milliseconds(100);    // while the logic service has not
constexpr absl::Duration kTimeout = absl::Seconds(2);

std::vector<Route> RoutesOf(const DescribeResponse& description, const std::string& service) {
  std::vector<Route> routes;
  for (const action::v1::Route& route : description.routes()) {
    Route& out = routes.emplace_back();
    out.method = route.method();
    out.path = route.path();
    out.action = route.action();
    out.service = service;
    out.skip_assets = route.skip_assets();
    out.options.insert(route.options().begin(), route.options().end());
  }
  return routes;
}

}  // namespace

RouteSource::RouteSource(ActionClient& logic, std::vector<Route> routes,
                         const std::vector<ActionService>& services)
    : own_routes_(std::move(routes)) {
  for (const ActionService& service : services) {
    auto client = MakeOwnActionClient(service.target, service.timeout);
    sources_.push_back({service.name, client.get(), false, {}});
    services_.emplace(service.name, std::move(client));
  }
  sources_.push_back({"", &logic, false, {}});
  for (const Route& route : own_routes_) {
    if (route.service.empty() || services_.contains(route.service)) continue;
    if (route.service.find(':') == std::string::npos) std::abort();
    services_.emplace(route.service, MakeOwnActionClient(route.service, absl::InfiniteDuration()));
  }
  absl::StatusOr<RouteTable> table = RouteTable::Build(own_routes_);
  if (!table.ok()) std::abort();
  table_ = std::make_shared<RouteTable>(*std::move(table));
  thread_ = std::thread([this] { Run(); });
}

RouteSource::~RouteSource() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
  }
  thread_.join();
}

std::shared_ptr<const RouteTable> RouteSource::table() const {
  std::lock_guard lock(mutex_);
  return table_;
}

bool RouteSource::ready() const {
  std::lock_guard lock(mutex_);
  return ready_;
}

ActionClient& RouteSource::ClientFor(const Route& route) const {
  return route.service.empty() ? *sources_.back().client : *services_.at(route.service);
}

ActionClient* RouteSource::ClientOf(const std::string& service) const {
  if (service.empty()) return sources_.back().client;
  const auto found = services_.find(service);
  return found == services_.end() ? nullptr : found->second.get();
}

ActionClient* RouteSource::FindAction(const std::string& action) const {
  std::lock_guard lock(mutex_);
  const auto found = actions_.find(action);
  return found == actions_.end() ? nullptr : found->second;
}

void RouteSource::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    AskAll();
    const bool all =
        std::all_of(sources_.begin(), sources_.end(), [](const Source& each) { return each.answered; });
    const bool logic = sources_.back().answered;
    lock.lock();
    ready_ = logic;
    const auto pause = all ? std::chrono::milliseconds(kInterval) : logic ? kMissingInterval : kStartInterval;
    wake_.wait_for(lock, pause, [this] { return stopping_; });
  }
}

void RouteSource::AskAll() {
  std::vector<absl::StatusOr<DescribeResponse>> answers(sources_.size(), absl::UnknownError("not asked"));
  size_t missing = sources_.size();
  for (size_t i = 0; i < sources_.size(); ++i) {
    sources_[i].client->Describe(sources_[i].description.version(), kTimeout,
                                 [&, i](absl::StatusOr<DescribeResponse> description) {
                                   std::lock_guard lock(mutex_);
                                   answers[i] = std::move(description);
                                   if (--missing == 0) wake_.notify_all();
                                 });
  }
  {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return missing == 0; });  // bounded by the calls' deadlines
  }
  bool changed = false;
  for (size_t i = 0; i < sources_.size(); ++i) changed |= Accept(sources_[i], std::move(answers[i]));
  if (changed) Install();
}

bool RouteSource::Accept(Source& source, absl::StatusOr<DescribeResponse> description) {
  const bool logic = source.name.empty();
  if (!description.ok()) {
    if (logic || !absl::IsUnimplemented(description.status())) return false;  // away; the last routes stay
    description = DescribeResponse();
  }
  const bool first = !std::exchange(source.answered, true);
  if (!first && description->version() == source.description.version()) return false;
  const absl::Status usable = RouteTable::Build(RoutesOf(*description, source.name)).status();
  if (!usable.ok()) {
    Log(Severity::kError, "the routes of a service are malformed",
        {{"service", logic ? "logic" : source.name}, {"error", platform::ToStd(usable.message())}});
    source.answered = !logic;  // without its routes a gateway is of no use
    return false;
  }
  source.description = *std::move(description);
  return true;
}

void RouteSource::Install() {
  std::vector<Route> routes = own_routes_;
  std::map<std::string, ActionClient*> actions;
  for (const Source& source : sources_) {
    for (Route& route : RoutesOf(source.description, source.name)) {
      actions.emplace(route.action, source.client);
      routes.push_back(std::move(route));
    }
    for (const std::string& action : source.description.actions()) actions.emplace(action, source.client);
  }
  absl::StatusOr<RouteTable> table = RouteTable::Build(std::move(routes));
  if (!table.ok()) std::abort();  // each part has been built before
  Log(Severity::kInfo, "routes installed", {{"routes", table->routes().size()}});
  std::lock_guard lock(mutex_);
  table_ = std::make_shared<RouteTable>(*std::move(table));
  actions_ = std::move(actions);
}

}  // namespace sail::gateway
