// Server side of the batching streams (RunStream, CallStream): a bidirectional stream whose messages carry
// many requests or many replies. While one reply message is being written the next replies collect.
//
// Include this only in the one source file of a service that implements the stream: it needs gRPC's headers.
#ifndef SAIL_PLATFORM_RPC_BATCH_SERVICE_H_
#define SAIL_PLATFORM_RPC_BATCH_SERVICE_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/server_callback.h>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <type_traits>
#include <utility>

#include "platform/rpc/batch_message.h"

namespace sail::platform::rpc {

// Serves one stream of messages Batch{repeated Item items} with BatchReply{repeated Reply replies}. For each
// item it calls
//
//   handle(Item&& item, respond)
//
// on a gRPC thread, in the order of arrival; respond(Reply&&) may be called at once or later, from any
// thread, at most once. A reply to a stream that has ended is dropped. At most max_in_flight items wait for
// their reply: beyond it the stream is not read on, so that a caller who floods waits itself.
//
// usage: return StartBatchStream<RunBatch, RunBatchReply>(handle);   // from the CallbackService's method
template <typename Batch, typename BatchReply>
class BatchStream final : public grpc::ServerBidiReactor<Batch, BatchReply> {
 public:
  using Item = std::remove_cvref_t<decltype(*std::declval<Batch&>().mutable_items(0))>;
  using Reply = std::remove_cvref_t<decltype(*std::declval<BatchReply&>().mutable_replies(0))>;
  using Respond = std::function<void(Reply&&)>;
  using Handler = std::function<void(Item&&, Respond)>;

  BatchStream(Handler handle, int max_in_flight)
      : handle_(std::move(handle)), max_in_flight_(max_in_flight), link_(std::make_shared<Link>(this)) {
    this->StartSendInitialMetadata();  // tells the caller that the stream stands
    this->StartRead(&incoming_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      End();
      return;
    }
    int expected = 0;
    for (const Item& item : incoming_.items()) expected += ExpectsReply(item) ? 1 : 0;
    {
      std::lock_guard lock(link_->mutex);
      in_flight_ += expected;
    }
    for (Item& item : *incoming_.mutable_items()) {
      handle_(std::move(item), [link = link_](Reply&& reply) { link->Send(std::move(reply)); });
    }
    std::lock_guard lock(link_->mutex);
    if (in_flight_ > max_in_flight_) {
      read_paused_ = true;
    } else if (!ended_) {
      this->StartRead(&incoming_);
    }
  }

  void OnWriteDone(bool ok) override {
    std::lock_guard lock(link_->mutex);
    writing_ = false;
    if (!ok || ended_) {
      FinishLocked();
      return;
    }
    WriteLocked();
  }

  void OnCancel() override { End(); }

  void OnDone() override {
    {
      std::lock_guard lock(link_->mutex);
      link_->stream = nullptr;
    }
    delete this;
  }

 private:
  // A cancellation is answered by nobody.
  static bool ExpectsReply(const Item& item) {
    if constexpr (requires { item.cancel(); }) return !item.cancel();
    return true;
  }

  // What outlives the stream in the hands of handlers that have not answered yet.
  struct Link {
    explicit Link(BatchStream* s) : stream(s) {}
    void Send(Reply&& reply) {
      std::lock_guard lock(mutex);
      if (stream != nullptr) stream->SendLocked(std::move(reply));
    }
    std::mutex mutex;
    BatchStream* stream;
  };

  void SendLocked(Reply&& reply) {
    --in_flight_;
    collecting_.push_back(std::move(reply));
    if (read_paused_ && in_flight_ <= max_in_flight_ && !ended_) {
      read_paused_ = false;
      this->StartRead(&incoming_);
    }
    if (!writing_ && !ended_) WriteLocked();
  }

  void WriteLocked() {
    if (collecting_.empty()) return;
    outgoing_.Clear();
    TakeBatch(&collecting_, outgoing_.mutable_replies());
    writing_ = true;
    this->StartWrite(&outgoing_);
  }

  void End() {
    std::lock_guard lock(link_->mutex);
    ended_ = true;
    if (!writing_) FinishLocked();
  }

  void FinishLocked() {
    ended_ = true;
    if (std::exchange(finished_, true)) return;
    this->Finish(grpc::Status::OK);
  }

  const Handler handle_;
  const int max_in_flight_;
  const std::shared_ptr<Link> link_;
  Batch incoming_;
  // All below guarded by link_->mutex.
  std::deque<Reply> collecting_;
  BatchReply outgoing_;
  int in_flight_ = 0;
  bool writing_ = false;
  bool read_paused_ = false;
  bool ended_ = false;
  bool finished_ = false;
};

template <typename Batch, typename BatchReply>
grpc::ServerBidiReactor<Batch, BatchReply>* StartBatchStream(
    typename BatchStream<Batch, BatchReply>::Handler handle, int max_in_flight = 4096) {
  return new BatchStream<Batch, BatchReply>(std::move(handle), max_in_flight);
}

}  // namespace sail::platform::rpc

#endif  // SAIL_PLATFORM_RPC_BATCH_SERVICE_H_
