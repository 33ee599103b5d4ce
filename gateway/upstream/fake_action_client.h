// A service of actions for tests. Answers inside the call, unless told to hold the answers back.
#ifndef SAIL_GATEWAY_UPSTREAM_FAKE_ACTION_CLIENT_H_
#define SAIL_GATEWAY_UPSTREAM_FAKE_ACTION_CLIENT_H_

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "gateway/upstream/action_client.h"

namespace sail::gateway {

class FakeActionClient final : public ActionClient {
 public:
  void Run(action::v1::ActionRequest request, const CallOptions& options, Callback callback) override {
    requests.push_back(request);
    repeatables.push_back(options.repeatable);
    cancellations.push_back(options.cancellation);
    if (hold) {
      held.push_back(std::move(callback));
    } else {
      callback(answer);
    }
  }

  void Describe(const std::string& known_version, absl::Duration, DescribeCallback callback) override {
    absl::StatusOr<action::v1::DescribeResponse> reply =
        [&]() -> absl::StatusOr<action::v1::DescribeResponse> {
      std::lock_guard lock(mutex_);
      if (!description_.ok() || description_->version() != known_version) return description_;
      action::v1::DescribeResponse unchanged;
      unchanged.set_version(known_version);
      return unchanged;
    }();
    callback(std::move(reply));
    std::lock_guard lock(mutex_);
    ++described_;
  }
  bool ready() override { return true; }

  void SetDescription(absl::StatusOr<action::v1::DescribeResponse> description) {
    std::lock_guard lock(mutex_);
    description_ = std::move(description);
  }
  // How many times Describe has been answered.
  int described() const {
    std::lock_guard lock(mutex_);
    return described_;
  }

  absl::StatusOr<action::v1::ActionResponse> answer = action::v1::ActionResponse();
  bool hold = false;
  std::vector<Callback> held;
  std::vector<action::v1::ActionRequest> requests;
  std::vector<bool> repeatables;
  std::vector<std::shared_ptr<Cancellation>> cancellations;

 private:
  mutable std::mutex mutex_;  // Describe is called from another thread
  absl::StatusOr<action::v1::DescribeResponse> description_ = action::v1::DescribeResponse();
  int described_ = 0;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_UPSTREAM_FAKE_ACTION_CLIENT_H_
