#include "gateway/upstream/pubsub_link.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gateway/upstream/pending_answers.h"
#include "gateway/upstream/pubsub_stream.h"
#include "platform/log/log.h"
#include "platform/rpc/channel.h"
#include "platform/rpc/resolver.h"
#include "platform/rpc/status_conversion.h"
#include "platform/text/string_view.h"

namespace sail::gateway {
namespace {

using platform::Log;
using platform::Severity;
using pubsub::v1::AttachEvent;
using pubsub::v1::AttachRequest;
using pubsub::v1::PubSubService;

constexpr size_t kMaxWaiting = 16384;
constexpr absl::Duration kAttachWait = absl::Seconds(1);
constexpr absl::Duration kPublishTimeout = absl::Seconds(5);
constexpr absl::Duration kAskTimeout = absl::Seconds(3);

class StreamPubSubLink final : public PubSubLink, private PubSubStream::Owner {
 public:
  StreamPubSubLink(std::string target, std::string gateway_id, Handlers handlers)
      : target_(std::move(target)),
        gateway_id_(std::move(gateway_id)),
        handlers_(std::move(handlers)),
        ticker_([this] { RunTicker(); }) {}

  ~StreamPubSubLink() override {
    {
      std::unique_lock lock(mutex_);
      stopping_ = true;
      wake_.notify_all();
      if (stream_ != nullptr) stream_->Cancel();
      ended_.wait(lock, [this] { return stream_ == nullptr; });
    }
    ticker_.join();
    const absl::Status over = absl::CancelledError("shutting down");
    std::vector<Done> waiting;
    std::vector<OnAnswer> asking;
    waiting_.TakeUpTo(UINT64_MAX, &waiting);
    asking_.TakeUpTo(UINT64_MAX, &asking);
    for (const Done& done : waiting) done(over);
    for (const OnAnswer& done : asking) done(over);
  }

  void AddInterest(std::vector<RoomKey> rooms, Done done) override {
    bool now = false;
    {
      std::lock_guard lock(mutex_);
      uint64_t confirmed_by = 0;
      for (RoomKey& room : rooms) {
        Interest& interest = interest_[room];
        if (interest.count++ == 0) {
          interest.change = ++last_id_;
          changes_.emplace_back(interest.change, std::move(room));
        }
        if (interest.change > confirmed_) confirmed_by = std::max(confirmed_by, interest.change);
      }
      if (confirmed_by == 0) {
        now = true;
      } else {
        interest_waiting_.Add(confirmed_by, absl::Now() + kAttachWait, std::move(done));
        SendLocked();
      }
    }
    if (now) done(absl::OkStatus());
  }

  void RemoveInterest(std::vector<RoomKey> rooms) override {
    std::lock_guard lock(mutex_);
    for (RoomKey& room : rooms) {
      const auto found = interest_.find(room);
      if (found == interest_.end() || --found->second.count > 0) continue;
      interest_.erase(found);
      changes_.emplace_back(++last_id_, std::move(room));
    }
    SendLocked();
  }

  void Publish(std::vector<pubsub::v1::Operation> operations, Done done) override {
    absl::Status refused;
    {
      std::lock_guard lock(mutex_);
      if (waiting_.size() >= kMaxWaiting) {
        refused = absl::ResourceExhaustedError("too many publications wait for the pubsub service");
      } else {
        AttachRequest request;
        const uint64_t id = ++last_id_;
        request.mutable_publish()->set_id(id);
        for (auto& operation : operations)
          *request.mutable_publish()->add_operations() = std::move(operation);
        publications_.push_back({id, std::move(request)});
        waiting_.Add(id, absl::Now() + kPublishTimeout, std::move(done));
        SendLocked();
      }
    }
    if (!refused.ok()) done(refused);
  }

  void Ask(AttachRequest request, OnAnswer done) override {
    absl::Status refused;
    {
      std::lock_guard lock(mutex_);
      if (asking_.size() >= kMaxWaiting) {
        refused = absl::ResourceExhaustedError("too many requests wait for the pubsub service");
      } else {
        const uint64_t id = ++last_id_;
        SetRequestId(id, &request);
        publications_.push_back({id, std::move(request)});
        asking_.Add(id, absl::Now() + kAskTimeout, std::move(done));
        SendLocked();
      }
    }
    if (!refused.ok()) done(refused);
  }

  void Answer(pubsub::v1::Answer answer) override {
    std::lock_guard lock(mutex_);
    // Whoever asks for so much and reads so slowly has to do with a part.
    if (!open_ || answers_.size() >= kMaxAnswers) return;
    *answers_.emplace_back().mutable_answer() = std::move(answer);
    SendLocked();
  }

  bool attached() override {
    std::lock_guard lock(mutex_);
    return attached_;
  }

 private:
  struct Interest {
    int count = 0;
    uint64_t change = 0;  // the id of the change that announced it
  };
  // A publication, or another request that is answered.
  struct Outgoing {
    uint64_t id;
    AttachRequest request;
  };

  void OnEvent(AttachEvent event) override {
    switch (event.event_case()) {
      case AttachEvent::kDone:
        OnDoneEvent(event.done());
        break;
      case AttachEvent::kDeliveries:
        // Those without a position are between the others.
        for (const auto& operation : event.deliveries().operations()) NotePosition(operation.seq());
        handlers_.on_deliveries(
            std::make_shared<pubsub::v1::Deliveries>(std::move(*event.mutable_deliveries())));
        break;
      case AttachEvent::kGap:
        handlers_.on_gap();
        break;
      case AttachEvent::kQuery:
        if (handlers_.on_query) handlers_.on_query(std::move(*event.mutable_query()));
        break;
      case AttachEvent::kPosition:
        OnPosition(event.position());
        break;
      case AttachEvent::kSessionsSaved:
      case AttachEvent::kResumed:
      case AttachEvent::kHistory:
        OnAnswerEvent(std::move(event));
        break;
      case AttachEvent::EVENT_NOT_SET:
        break;
    }
  }

  void NotePosition(uint64_t position) {
    if (position > position_) position_ = position;
  }

  void OnPosition(uint64_t position) {
    NotePosition(position);
    if (position != 0 && handlers_.on_position) handlers_.on_position(position);
  }

  void OnAnswerEvent(AttachEvent event) {
    std::optional<OnAnswer> done;
    {
      std::lock_guard lock(mutex_);
      done = asking_.Take(AnswerId(event));
    }
    if (done) (*done)(std::move(event));
  }

  void OnDoneEvent(const pubsub::v1::Done& event) {
    OnPosition(event.position());
    const absl::Status status = platform::rpc::StatusFrom(event.code(), event.message());
    std::vector<Done> done;
    bool gap = false;
    {
      std::lock_guard lock(mutex_);
      if (auto published = waiting_.Take(event.id())) {
        done.push_back(*std::move(published));
      } else if (status.ok()) {
        confirmed_ = std::max(confirmed_, event.id());
        interest_waiting_.TakeUpTo(confirmed_, &done);
        // A replica that had a position to begin from has told of a gap itself.
        const bool continued = event.position() != 0 && attached_from_ != 0;
        if (!std::exchange(attached_, true)) gap = std::exchange(was_attached_, true) && !continued;
      } else if (stream_ != nullptr) {
        // The replica could not subscribe; another one may.
        stream_->Cancel();
      }
    }
    if (gap) handlers_.on_gap();
    for (Done& callback : done) callback(status);
  }

  void OnBroken() override {
    std::lock_guard lock(mutex_);
    open_ = false;
    attached_ = false;
  }

  void OnWritten(bool ok) override {
    std::lock_guard lock(mutex_);
    writing_ = false;
    if (ok) SendLocked();
  }

  void OnEnd(const absl::Status& status) override {
    std::lock_guard lock(mutex_);
    if (!stopping_) {
      Log(Severity::kWarning, "pubsub link lost", {{"error", platform::ToStd(status.message())}});
    }
    stream_ = nullptr;
    open_ = attached_ = writing_ = false;
    // Publications that were sent: their outcome is unknown. Those not sent wait for the next replica.
    waiting_.TakeUpTo(last_published_, &lost_publications_);
    asking_.TakeUpTo(last_published_, &lost_questions_);
    next_attempt_ = absl::Now() + backoff_;
    backoff_ = std::min(backoff_ * 2, absl::Duration(absl::Seconds(1)));
    ended_.notify_all();
    wake_.notify_all();
  }

  // Sends what waits, in the order: interest first, so that an answer to one's own publication is not missed.
  void SendLocked() {
    if (!open_ || writing_) return;
    if (!changes_.empty()) {
      outgoing_.Clear();
      auto* change = outgoing_.mutable_interest();
      change->set_id(changes_.back().first);
      // A room that came and went is said once, as it is now.
      absl::flat_hash_map<RoomKey, bool> said;
      for (auto& [id, room] : changes_) {
        if (room.nsp.empty() || !said.emplace(room, true).second) continue;
        pubsub::v1::Room* entry = interest_.contains(room) ? change->add_add() : change->add_remove();
        entry->set_namespace_(room.nsp);
        entry->set_room(room.room);
      }
      changes_.clear();
    } else if (!publications_.empty()) {
      outgoing_ = std::move(publications_.front().request);
      last_published_ = publications_.front().id;
      publications_.pop_front();
    } else if (!answers_.empty()) {
      outgoing_ = std::move(answers_.front());
      answers_.pop_front();
    } else {
      return;
    }
    writing_ = true;
    stream_->StartWrite(&outgoing_);
  }

  void AttachLocked(const std::string& address) {
    stub_ = PubSubService::NewStub(platform::rpc::MakeChannel(address));
    stream_ = new PubSubStream(this);
    confirmed_ = 0;
    answers_.clear();
    // The first message is hello, the second the whole interest.
    changes_.clear();
    const uint64_t id = ++last_id_;
    for (auto& [room, interest] : interest_) {
      interest.change = id;
      changes_.emplace_back(id, room);
    }
    if (changes_.empty())
      changes_.emplace_back(id, RoomKey{});  // an empty change: its answer says that we are attached
    interest_waiting_.MoveAllTo(id);
    outgoing_.Clear();
    outgoing_.mutable_hello()->set_gateway_id(gateway_id_);
    attached_from_ = position_;
    outgoing_.mutable_hello()->set_position(attached_from_);
    open_ = true;
    writing_ = true;
    stream_->Start(*stub_);
    stream_->StartWrite(&outgoing_);
  }

  void RunTicker() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      if (stream_ == nullptr && absl::Now() >= next_attempt_) {
        lock.unlock();
        const auto addresses = platform::rpc::Resolve(target_);
        lock.lock();
        if (stopping_) break;
        if (addresses.ok()) {
          AttachLocked((*addresses)[turn_++ % addresses->size()]);
        } else {
          next_attempt_ = absl::Now() + absl::Milliseconds(500);
        }
      }
      if (attached_) backoff_ = kFirstBackoff;
      std::vector<Done> lost = std::exchange(lost_publications_, {});
      std::vector<OnAnswer> lost_questions = std::exchange(lost_questions_, {});
      std::vector<std::pair<uint64_t, Done>> late;
      std::vector<std::pair<uint64_t, OnAnswer>> late_questions;
      waiting_.TakeExpired(absl::Now(), &late);
      interest_waiting_.TakeExpired(absl::Now(), &late);
      asking_.TakeExpired(absl::Now(), &late_questions);
      for (const auto& [id, done] : late_questions) {
        // Done later it would surprise: a session would be taken from whoever has it by then.
        std::erase_if(publications_, [id = id](const Outgoing& waiting) { return waiting.id == id; });
      }
      lock.unlock();
      const absl::Status broken =
          absl::UnavailableError("the link to the pubsub service broke; outcome unknown");
      const absl::Status silence = absl::UnavailableError("no answer from the pubsub service");
      for (const Done& done : lost) done(broken);
      for (const OnAnswer& done : lost_questions) done(broken);
      for (const auto& [id, done] : late) done(silence);
      for (const auto& [id, done] : late_questions) done(silence);
      lock.lock();
      wake_.wait_for(lock, std::chrono::milliseconds(20));
    }
  }

  static constexpr absl::Duration kFirstBackoff = absl::Milliseconds(50);

  const std::string target_;
  const std::string gateway_id_;
  const Handlers handlers_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable ended_;
  bool stopping_ = false;
  std::unique_ptr<PubSubService::Stub>
      stub_;  // owns the channel, which must not be destroyed on a thread of its own
  PubSubStream* stream_ = nullptr;
  bool open_ = false;      // writes are possible
  bool attached_ = false;  // the whole interest is confirmed
  bool was_attached_ = false;
  bool writing_ = false;
  AttachRequest outgoing_;
  uint64_t last_id_ = 0;
  uint64_t confirmed_ = 0;  // changes up to this one are in force
  uint64_t last_published_ = 0;
  size_t turn_ = static_cast<size_t>(absl::ToUnixNanos(absl::Now()));  // gateways start at different replicas
  absl::Time next_attempt_ = absl::InfinitePast();
  absl::Duration backoff_ = kFirstBackoff;
  absl::flat_hash_map<RoomKey, Interest> interest_;
  std::vector<std::pair<uint64_t, RoomKey>> changes_;
  std::deque<Outgoing> publications_;
  std::deque<AttachRequest> answers_;
  PendingAnswers<Done> waiting_;           // publications
  PendingAnswers<Done> interest_waiting_;  // by the change that they wait for
  PendingAnswers<OnAnswer> asking_;
  // For the ticker to tell, which holds no lock then.
  std::vector<Done> lost_publications_;
  std::vector<OnAnswer> lost_questions_;
  // Of what has been delivered; by the stream that reads at the time, one after the other.
  std::atomic<uint64_t> position_ = 0;
  uint64_t attached_from_ = 0;

  std::thread ticker_;
};

}  // namespace

std::unique_ptr<PubSubLink> MakePubSubLink(const std::string& target, const std::string& gateway_id,
                                           PubSubLink::Handlers handlers) {
  return std::make_unique<StreamPubSubLink>(target, gateway_id, std::move(handlers));
}

}  // namespace sail::gateway
