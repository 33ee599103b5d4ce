// The admin port: GET /healthz, /readyz and /metrics, answered on a thread of its own so that it answers
// under load too.
#ifndef SAIL_PLATFORM_SERVER_ADMIN_SERVER_H_
#define SAIL_PLATFORM_SERVER_ADMIN_SERVER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace sail::platform {

class AdminServer {
 public:
  struct Answer {
    int status;
    std::string body;
  };
  // path without query → answer; called on the admin thread.
  using Handler = std::function<Answer(const std::string& path)>;

  // Listens on host:port. Errors: UNAVAILABLE where it cannot.
  static absl::StatusOr<std::unique_ptr<AdminServer>> Start(const std::string& address, Handler handler);
  virtual ~AdminServer() = default;
  virtual int port() const = 0;
};

}  // namespace sail::platform

#endif  // SAIL_PLATFORM_SERVER_ADMIN_SERVER_H_
