// Hears from the session service which sessions were revoked.
#ifndef SAIL_GATEWAY_UPSTREAM_REVOCATION_WATCH_H_
#define SAIL_GATEWAY_UPSTREAM_REVOCATION_WATCH_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sail::gateway {

// Streams to two replicas, where there are two: each tells of all revocations, so that one that dies or hangs
// delays nothing. When a stream breaks, a replica that is not watched yet is next; what was revoked in
// between may not be told, but on_in_force says from when on nothing is missed again.
class RevocationWatch {
 public:
  // One call at a time, on a thread of the watch's; they must not block. Most ids come twice.
  struct Handlers {
    std::function<void()> on_in_force;
    std::function<void(std::shared_ptr<const std::vector<std::string>> session_ids)> on_revoked;
  };

  // No handler is called after this.
  virtual ~RevocationWatch() = default;
};

// target: see platform/rpc/resolver.h.
std::unique_ptr<RevocationWatch> WatchRevocations(const std::string& target,
                                                  RevocationWatch::Handlers handlers);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_UPSTREAM_REVOCATION_WATCH_H_
