// The session service, for the gateway.
#ifndef SAIL_GATEWAY_UPSTREAM_SESSION_CLIENT_H_
#define SAIL_GATEWAY_UPSTREAM_SESSION_CLIENT_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "protos/sail/session/v1/session.pb.h"

namespace sail::gateway {

// Thread-safe. Callbacks run on a gRPC thread or on the caller's, exactly once, with the errors of
// SessionService. All calls may be repeated on another replica when their own dies: an update by key is the
// same done twice, and a session created twice leaves one that expires unused.
class SessionClient {
 public:
  using Callback = std::function<void(absl::StatusOr<session::v1::Session>)>;
  using DoneCallback = std::function<void(absl::Status)>;

  virtual ~SessionClient() = default;

  virtual void Create(session::v1::CreateRequest request, absl::Duration timeout, Callback callback) = 0;
  virtual void Get(const std::string& id, absl::Duration timeout, Callback callback) = 0;
  virtual void Update(session::v1::UpdateRequest request, absl::Duration timeout, Callback callback) = 0;
  virtual void Touch(const std::string& id, absl::Duration timeout, DoneCallback callback) = 0;
  virtual void Destroy(const std::string& id, absl::Duration timeout, DoneCallback callback) = 0;
  virtual void Regenerate(session::v1::RegenerateRequest request, absl::Duration timeout,
                          Callback callback) = 0;
  virtual bool ready() = 0;
};

// target: see platform/rpc/resolver.h.
std::unique_ptr<SessionClient> MakeSessionClient(const std::string& target);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_UPSTREAM_SESSION_CLIENT_H_
