// One gateway's WatchRevocations call. Needs gRPC's headers: for session_service.cc alone.
#ifndef SAIL_SESSION_REVOCATION_STREAM_H_
#define SAIL_SESSION_REVOCATION_STREAM_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "protos/sail/session/v1/session.pb.h"
#include "services/session/revocation_bus.h"

namespace sail::session {

// Writes whatever has collected while the previous message was under way. Deletes itself when the stream is
// over.
class RevocationStream final : public grpc::ServerWriteReactor<v1::WatchRevocationsResponse> {
 public:
  // Ids that may wait. A watcher that reads too slowly is told that it has missed some.
  static constexpr size_t kMaxWaiting = 65536;

  // The part that outlives the stream in the hands of the bus. Thread-safe; without effect once the stream
  // has ended.
  class Handle final : public RevocationWatcher {
   public:
    explicit Handle(RevocationStream* stream) : stream_(stream) {}

    void OnInForce() override;
    void OnRevoked(const std::vector<std::string>& session_ids) override;
    // Ends the stream with this status after the message that is being written.
    void Close(const grpc::Status& status);

   private:
    friend class RevocationStream;
    std::mutex mutex_;
    // Null once the stream has ended. All of the stream's state is guarded by the mutex, too.
    RevocationStream* stream_;
  };

  // on_done: called once with the handle when the stream is over.
  explicit RevocationStream(std::function<void(const std::shared_ptr<Handle>&)> on_done);

  const std::shared_ptr<Handle>& handle() const { return handle_; }

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  void WriteLocked();
  void CloseLocked(const grpc::Status& status);

  const std::shared_ptr<Handle> handle_;
  const std::function<void(const std::shared_ptr<Handle>&)> on_done_;
  v1::WatchRevocationsResponse waiting_;
  v1::WatchRevocationsResponse outgoing_;
  bool writing_ = false;
  bool closing_ = false;
  bool finished_ = false;
  grpc::Status status_;
};

// All the streams of a process. Thread-safe. The bus outlives the streams, these outlive the server.
class RevocationStreams {
 public:
  explicit RevocationStreams(RevocationBus& bus) : bus_(bus) {}

  // What gRPC is to be given for a call.
  RevocationStream* Open();
  // Ends every stream with UNAVAILABLE; later ones at once.
  void CloseAll();

 private:
  RevocationBus& bus_;
  std::mutex mutex_;
  std::set<std::shared_ptr<RevocationStream::Handle>> open_;
  bool closed_ = false;
};

}  // namespace sail::session

#endif  // SAIL_SESSION_REVOCATION_STREAM_H_
