#include "gateway/actions/route_source.h"

#include <chrono>
#include <cstdlib>
#include <utility>

#include "platform/log/log.h"
#include "platform/text/string_view.h"

namespace sail::gateway {
namespace {

using platform::Log;
using platform::Severity;

constexpr auto kInterval = std::chrono::seconds(5);
constexpr auto kRetryInterval = std::chrono::milliseconds(100);  // until the first answer

Route FromProto(const action::v1::Route& route) {
  Route out;
  out.method = route.method();
  out.path = route.path();
  out.action = route.action();
  out.skip_assets = route.skip_assets();
  out.options.insert(route.options().begin(), route.options().end());
  return out;
}

}  // namespace

RouteSource::RouteSource(ActionClient& logic, std::vector<Route> routes)
    : logic_(logic), own_routes_(std::move(routes)) {
  for (const Route& route : own_routes_) {
    if (route.service.empty() || services_.contains(route.service)) continue;
    services_.emplace(route.service, MakeUnaryActionClient(route.service, route.service));
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
  return route.service.empty() ? logic_ : *services_.at(route.service);
}

void RouteSource::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    answered_ = false;
    const std::string version = version_;
    lock.unlock();
    logic_.Describe(version, absl::Seconds(2),
                    [this](absl::StatusOr<action::v1::DescribeResponse> description) {
                      if (description.ok()) Install(*description);
                      std::lock_guard inner(mutex_);
                      answered_ = true;
                      wake_.notify_all();
                    });
    lock.lock();
    wake_.wait(lock, [this] { return answered_; });  // bounded by the call's deadline
    wake_.wait_for(lock, ready_ ? std::chrono::milliseconds(kInterval) : kRetryInterval,
                   [this] { return stopping_; });
  }
}

void RouteSource::Install(const action::v1::DescribeResponse& description) {
  {
    std::lock_guard lock(mutex_);
    if (ready_ && description.version() == version_) return;
  }
  std::vector<Route> routes = own_routes_;
  for (const action::v1::Route& route : description.routes()) routes.push_back(FromProto(route));
  absl::StatusOr<RouteTable> table = RouteTable::Build(std::move(routes));
  if (!table.ok()) {
    Log(Severity::kError, "the logic service's routes are malformed",
        {{"error", platform::ToStd(table.status().message())}});
    return;
  }
  Log(Severity::kInfo, "routes installed", {{"routes", table->routes().size()}});
  std::lock_guard lock(mutex_);
  table_ = std::make_shared<RouteTable>(*std::move(table));
  version_ = description.version();
  ready_ = true;
}

}  // namespace sail::gateway
