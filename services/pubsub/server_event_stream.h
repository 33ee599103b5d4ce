// One WatchServerEvents call. Needs gRPC's headers: for pubsub_service.cc alone.
#ifndef SAIL_PUBSUB_SERVER_EVENT_STREAM_H_
#define SAIL_PUBSUB_SERVER_EVENT_STREAM_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/server_callback.h>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "services/pubsub/cluster_bus.h"

namespace sail::pubsub {

// Deletes itself when the stream is over.
class ServerEventStream final : public grpc::ServerWriteReactor<v1::ServerEvent> {
 public:
  // Events that may wait for a slow program.
  static constexpr size_t kMaxWaiting = 4096;

  // The part that outlives the stream in the hands of the bus. Thread-safe; without effect once the stream
  // has ended.
  class Handle final : public WatchSink {
   public:
    explicit Handle(ServerEventStream* stream) : stream_(stream) {}
    void OnServerEvent(const v1::ServerEvent& event) override;
    void Gap() override;
    // Ends the stream with this status after the message that is being written.
    void Close(const grpc::Status& status);

   private:
    friend class ServerEventStream;
    std::mutex mutex_;
    // Null once the stream has ended. All of the stream's state is guarded by the mutex, too.
    ServerEventStream* stream_;
  };

  // on_done: called once with the handle when the stream is over.
  ServerEventStream(ClusterBus& bus, const std::string& ns,
                    std::function<void(const std::shared_ptr<Handle>&)> on_done);

  const std::shared_ptr<Handle>& handle() const { return handle_; }

  void OnWriteDone(bool ok) override;
  void OnCancel() override { handle_->Close(grpc::Status::CANCELLED); }
  void OnDone() override;

 private:
  void WriteLocked();
  void CloseLocked(const grpc::Status& status);

  ClusterBus& bus_;
  const std::shared_ptr<Handle> handle_;
  const std::function<void(const std::shared_ptr<Handle>&)> on_done_;
  LinkId id_ = 0;
  std::deque<v1::ServerEvent> waiting_;
  v1::ServerEvent outgoing_;
  bool writing_ = false;
  bool closing_ = false;
  bool finished_ = false;
  grpc::Status status_;
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_SERVER_EVENT_STREAM_H_
