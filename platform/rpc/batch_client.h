// Client side of the batching streams (RunStream, CallStream) to one server: many requests in flight on one
// stream; while one message is on its way the next requests collect.
//
// Include this only in source files: it needs gRPC's headers.
#ifndef SAIL_PLATFORM_RPC_BATCH_CLIENT_H_
#define SAIL_PLATFORM_RPC_BATCH_CLIENT_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/client_callback.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/cancellation/cancellation.h"
#include "platform/rpc/batch_message.h"
#include "platform/rpc/status_conversion.h"

namespace sail::platform::rpc {

// Thread-safe. Always held by a shared_ptr. The owner calls Tick every few milliseconds: it opens the stream
// anew after a failure (backing off from 50 ms to 1 s) and ends the calls whose time is up.
//
// Callbacks run on gRPC's threads or in Tick, without any lock held, exactly once. Their errors:
//   UNAVAILABLE        not sent, or sent and the stream broke before the reply ("outcome unknown" in the
//                      message)
//   DEADLINE_EXCEEDED  no reply in time; the outcome is unknown
//   RESOURCE_EXHAUSTED max_in_flight calls are in flight; not sent
//   CANCELLED          by the caller's cancellation; the outcome is unknown
//   others             as the server answered
template <typename Batch, typename BatchReply>
class BatchClient : public std::enable_shared_from_this<BatchClient<Batch, BatchReply>> {
 public:
  using Item = std::remove_cvref_t<decltype(*std::declval<Batch&>().mutable_items(0))>;
  using Reply = std::remove_cvref_t<decltype(*std::declval<BatchReply&>().mutable_replies(0))>;
  using Reactor = grpc::ClientBidiReactor<Batch, BatchReply>;
  using Open = std::function<void(grpc::ClientContext*, Reactor*)>;
  using Callback = std::function<void(absl::StatusOr<Reply>)>;

  // open starts the stub's stream method with the reactor, nothing more.
  explicit BatchClient(Open open, int max_in_flight = 16384)
      : open_(std::move(open)), max_in_flight_(max_in_flight) {}

  // Sends the item; its id and timeout_ms are set here. A cancellation (may be null) ends the call with
  // CANCELLED, and tells the server where the items have a field `cancel`.
  void Call(Item item, absl::Duration timeout, Callback callback,
            std::shared_ptr<Cancellation> cancellation = nullptr) {
    absl::Status refused;
    uint64_t id = 0;
    {
      std::lock_guard lock(mutex_);
      if (!ready_) {
        refused = absl::UnavailableError("no connection to the service");
      } else if (pending_.size() >= static_cast<size_t>(max_in_flight_)) {
        refused = absl::ResourceExhaustedError("too many requests in flight to the service");
      } else {
        id = ++last_id_;
        item.set_id(id);
        item.set_timeout_ms(static_cast<uint32_t>(std::max<int64_t>(1, absl::ToInt64Milliseconds(timeout))));
        const absl::Time deadline = absl::Now() + timeout;
        deadlines_.emplace(deadline, id);
        pending_.emplace(id, Pending{std::move(callback), deadline});
        in_flight_.store(pending_.size(), std::memory_order_relaxed);
        if (cancellation == nullptr) SendLocked(std::move(item));
      }
    }
    if (!refused.ok()) return callback(refused);
    if (cancellation == nullptr) return;
    // Before the item is sent: once the call has ended the cancellation is for what comes after it.
    cancellation->Set([weak = this->weak_from_this(), id] {
      if (const auto client = weak.lock()) client->Cancel(id);
    });
    std::lock_guard lock(mutex_);
    if (ready_ && pending_.contains(id)) SendLocked(std::move(item));
  }

  // Whether the stream stands, so that a call would be sent.
  bool ready() const { return ready_flag_.load(std::memory_order_relaxed); }
  size_t in_flight() const { return in_flight_.load(std::memory_order_relaxed); }
  // When a call last ended with UNAVAILABLE from the server, or without a reply in time.
  absl::Time last_failure() const {
    return absl::FromUnixNanos(last_failure_.load(std::memory_order_relaxed));
  }

  void Tick(absl::Time now) {
    std::vector<Callback> expired;
    {
      std::lock_guard lock(mutex_);
      while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        const auto found = pending_.find(deadlines_.begin()->second);
        deadlines_.erase(deadlines_.begin());
        expired.push_back(std::move(found->second.callback));
        pending_.erase(found);
      }
      if (!expired.empty()) NoteFailure(now);
      in_flight_.store(pending_.size(), std::memory_order_relaxed);
      if (stream_ == nullptr && !closed_ && now >= next_attempt_) {
        broken_ = false;
        stream_ = new Stream(this->shared_from_this());
        stream_->Start(open_);
      }
    }
    for (Callback& callback : expired)
      callback(absl::DeadlineExceededError("no answer in time; the outcome is unknown"));
  }

  // Ends the stream and every call. No stream is opened again.
  void Close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    if (stream_ != nullptr) stream_->Cancel();
  }

 private:
  struct Pending {
    Callback callback;
    absl::Time deadline;
  };

  void Cancel(uint64_t id) {
    Callback callback;
    {
      std::lock_guard lock(mutex_);
      const auto found = pending_.find(id);
      if (found == pending_.end()) return;
      callback = std::move(found->second.callback);
      EraseDeadlineLocked(found->second.deadline, id);
      pending_.erase(found);
      in_flight_.store(pending_.size(), std::memory_order_relaxed);
      if constexpr (requires(Item & item) { item.set_cancel(true); }) {
        Item item;
        item.set_id(id);
        item.set_cancel(true);
        if (ready_) SendLocked(std::move(item));
      }
    }
    callback(absl::CancelledError("nobody waits for the answer"));
  }

  // One stream. Deletes itself when gRPC is done with it.
  class Stream final : public Reactor {
   public:
    explicit Stream(std::shared_ptr<BatchClient> client) : client_(std::move(client)) {}

    void Start(const Open& open) {
      open(&context_, this);
      this->StartRead(&incoming_);
      this->AddHold();  // writes come from outside of reactions
      this->StartCall();
    }
    void Cancel() { context_.TryCancel(); }
    void Write(const Batch* batch) { this->StartWrite(batch); }

    void OnReadInitialMetadataDone(bool ok) override {
      if (ok) client_->OnReady();
    }
    void OnReadDone(bool ok) override {
      if (!ok) {
        ReleaseHold();
        return;
      }
      client_->OnReplies(&incoming_);
      this->StartRead(&incoming_);
    }
    void OnWriteDone(bool ok) override { client_->OnWritten(ok); }
    void OnDone(const grpc::Status& status) override {
      client_->OnEnd(status);
      delete this;
    }

   private:
    void ReleaseHold() {
      client_->OnBroken();  // no write may start once the hold is gone
      this->RemoveHold();
    }

    const std::shared_ptr<BatchClient> client_;
    grpc::ClientContext context_;
    BatchReply incoming_;
  };

  void OnReady() {
    std::lock_guard lock(mutex_);
    // The end of the stream may be reported first, on another thread; writing would then be too late.
    if (broken_) return;
    ready_ = true;
    ready_flag_.store(true, std::memory_order_relaxed);
    backoff_ = kFirstBackoff;
  }

  void OnReplies(BatchReply* batch) {
    std::vector<std::pair<Callback, Reply*>> answered;
    answered.reserve(batch->replies_size());
    {
      std::lock_guard lock(mutex_);
      for (Reply& reply : *batch->mutable_replies()) {
        const auto found = pending_.find(reply.id());
        if (found == pending_.end()) continue;  // its time was up
        EraseDeadlineLocked(found->second.deadline, found->first);
        answered.emplace_back(std::move(found->second.callback), &reply);
        pending_.erase(found);
      }
      in_flight_.store(pending_.size(), std::memory_order_relaxed);
    }
    for (auto& [callback, reply] : answered) {
      if (reply->code() != 0) {
        if (reply->code() == grpc::StatusCode::UNAVAILABLE) NoteFailure(absl::Now());
        callback(StatusFrom(reply->code(), reply->message()));
      } else {
        callback(std::move(*reply));
      }
    }
  }

  void OnWritten(bool ok) {
    std::lock_guard lock(mutex_);
    writing_ = false;
    if (ok && ready_) WriteLocked();
  }

  void OnBroken() {
    std::lock_guard lock(mutex_);
    broken_ = true;
    ready_ = false;
    ready_flag_.store(false, std::memory_order_relaxed);
  }

  void OnEnd(const grpc::Status& status) {
    std::unordered_map<uint64_t, Pending> lost;
    {
      std::lock_guard lock(mutex_);
      stream_ = nullptr;
      ready_ = false;
      ready_flag_.store(false, std::memory_order_relaxed);
      writing_ = false;
      collecting_.clear();
      lost.swap(pending_);
      deadlines_.clear();
      in_flight_.store(0, std::memory_order_relaxed);
      // Spread, so that many callers do not come back in one moment.
      next_attempt_ = absl::Now() + backoff_ * (0.5 + 0.5 * static_cast<double>(last_id_ % 97) / 97);
      backoff_ = std::min(backoff_ * 2, kLastBackoff);
    }
    for (auto& [id, call] : lost) {
      call.callback(absl::UnavailableError("the connection to the service broke; the outcome is unknown"));
    }
  }

  void NoteFailure(absl::Time now) { last_failure_.store(absl::ToUnixNanos(now), std::memory_order_relaxed); }

  void SendLocked(Item item) {
    collecting_.push_back(std::move(item));
    if (!writing_) WriteLocked();
  }

  void WriteLocked() {
    if (collecting_.empty()) return;
    outgoing_.Clear();
    TakeBatch(&collecting_, outgoing_.mutable_items());
    writing_ = true;
    stream_->Write(&outgoing_);
  }

  void EraseDeadlineLocked(absl::Time deadline, uint64_t id) {
    for (auto it = deadlines_.lower_bound(deadline); it != deadlines_.end() && it->first == deadline; ++it) {
      if (it->second == id) {
        deadlines_.erase(it);
        return;
      }
    }
  }

  static constexpr absl::Duration kFirstBackoff = absl::Milliseconds(50);
  static constexpr absl::Duration kLastBackoff = absl::Seconds(1);

  const Open open_;
  const int max_in_flight_;
  std::atomic<bool> ready_flag_{false};
  std::atomic<size_t> in_flight_{0};
  std::atomic<int64_t> last_failure_{0};  // Unix time, nanoseconds

  std::mutex mutex_;
  // All below guarded by mutex_.
  Stream* stream_ = nullptr;
  bool ready_ = false;
  bool broken_ = false;  // the stream can take no more writes
  bool writing_ = false;
  bool closed_ = false;
  uint64_t last_id_ = 0;
  std::deque<Item> collecting_;
  Batch outgoing_;
  std::unordered_map<uint64_t, Pending> pending_;
  std::multimap<absl::Time, uint64_t> deadlines_;
  absl::Time next_attempt_ = absl::InfinitePast();
  absl::Duration backoff_ = kFirstBackoff;
};

}  // namespace sail::platform::rpc

#endif  // SAIL_PLATFORM_RPC_BATCH_CLIENT_H_
