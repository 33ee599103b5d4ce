// Include this only in source files: it needs gRPC's headers.
#ifndef SAIL_LOGIC_API_CANCELLABLE_REACTOR_H_
#define SAIL_LOGIC_API_CANCELLABLE_REACTOR_H_

#include <grpcpp/support/server_callback.h>

#include <memory>

#include "platform/cancellation/cancellation.h"

namespace sail::logic {

// A unary call that hears of its caller's end: the call was cancelled, its deadline has passed, or the
// connection broke. Deletes itself after Finish, which has to be called in every case.
class CancellableReactor final : public grpc::ServerUnaryReactor {
 public:
  const std::shared_ptr<platform::Cancellation>& cancellation() const { return cancellation_; }

  void OnCancel() override { cancellation_->Cancel(); }
  void OnDone() override { delete this; }

 private:
  const std::shared_ptr<platform::Cancellation> cancellation_ = std::make_shared<platform::Cancellation>();
};

}  // namespace sail::logic

#endif  // SAIL_LOGIC_API_CANCELLABLE_REACTOR_H_
