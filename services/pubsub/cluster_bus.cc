#include "services/pubsub/cluster_bus.h"

#include <mutex>
#include <utility>

#include "services/pubsub/node_answers.h"
#include "services/pubsub/redis_channels.h"

namespace sail::pubsub {
namespace {

namespace redis = platform::redis;

// Deadlines of questions are exact to this.
constexpr absl::Duration kQuestionTick = absl::Milliseconds(25);

}  // namespace

// All that is asked and answered, put together.
struct ClusterBus::Questions final : public QuestionHandler {
  Questions(const ChannelNames& names, const std::string& uid, QueryWire& wire, FanOut& fan_out,
            platform::metrics::Registry& registry)
      : fan_out(fan_out),
        events(uid),
        gateways([this](const std::string& ns, const auto& rooms) { return Find(ns, rooms); }, absl::Now,
                 registry),
        queries(names, uid, wire, gateways, absl::Now, registry),
        answers(names, wire, gateways, events) {}

  void OnRequest(const std::string& ns, const ClusterRequest& request) override {
    answers.OnRequest(ns, request);
  }
  void OnPeerQuery(const v1::PeerQuery& query) override { queries.OnPeerQuery(query); }

  void Tick() {
    // The gateways' end first: what they have answered belongs to what is asked of the cluster.
    gateways.Tick();
    queries.Tick();
  }
  bool idle() const { return gateways.idle() && queries.idle(); }

  std::vector<std::pair<LinkId, std::shared_ptr<QuerySink>>> Find(
      const std::string& ns, const google::protobuf::RepeatedPtrField<std::string>& rooms) const {
    std::vector<std::pair<LinkId, std::shared_ptr<QuerySink>>> found;
    for (const LinkId link : fan_out.LinksOf(ns, rooms)) {
      const auto sink = sinks.find(link);
      if (sink != sinks.end()) found.emplace_back(link, sink->second);
    }
    return found;
  }

  FanOut& fan_out;
  // Gateways alone.
  absl::flat_hash_map<LinkId, std::shared_ptr<QuerySink>> sinks;
  ServerEvents events;
  GatewayQueries gateways;
  ClusterQueries queries;
  NodeAnswers answers;
};

// The history, with its answers on the bus's thread.
class ClusterBus::LoopHistory final : public History {
 public:
  LoopHistory(redis::EventLoop& loop, History& history) : history_(history), door_(std::make_shared<Door>()) {
    door_->loop = &loop;
  }
  ~LoopHistory() override {
    std::lock_guard lock(door_->mutex);
    door_->loop = nullptr;
  }

  void Read(HistoryRead read, OnPage done) override {
    history_.Read(std::move(read), [door = door_, done = std::move(done)](absl::StatusOr<HistoryPage> page) {
      std::lock_guard lock(door->mutex);
      if (door->loop != nullptr) door->loop->Post([done, page = std::move(page)] { done(page); });
    });
  }
  void Mark(const std::string& channel, uint64_t name) override { history_.Mark(channel, name); }

 private:
  // Readings may end after the bus.
  struct Door {
    std::mutex mutex;
    redis::EventLoop* loop;
  };

  History& history_;
  const std::shared_ptr<Door> door_;
};

ClusterBus::ClusterBus(redis::ConnectionOptions options, ChannelNames names, const std::string& uid,
                       redis::Client& client, FreshRooms& fresh, History* history,
                       platform::metrics::Registry& registry) {
  loop_.Run([&] {
    channels_ = std::make_unique<RedisChannels>(
        loop_, std::move(options), client,
        redis::Subscriber::Handlers{.on_message =
                                        [this](const std::string& channel, std::string&& payload) {
                                          if (questions_->queries.OnMessage(channel, payload)) return;
                                          fan_out_->OnMessage(channel, payload);
                                          ScheduleQuestionTick();
                                        },
                                    .on_gap = [this] { fan_out_->OnGap(); },
                                    .on_lost = [this] { fan_out_->OnLost(); }},
        registry);
    fan_out_ = std::make_unique<FanOut>(names, *channels_, fresh, absl::Now, registry);
    if (history != nullptr) {
      history_ = std::make_unique<LoopHistory>(loop_, *history);
      fan_out_->UseHistory(*history_, names.Marks(uid), registry);
    }
    questions_ = std::make_unique<Questions>(names, uid, *channels_, *fan_out_, registry);
    fan_out_->set_question_handler(questions_.get());
    timer_ = std::make_unique<redis::Timer>(loop_);
    question_timer_ = std::make_unique<redis::Timer>(loop_);
    ScheduleTick();
  });
}

ClusterBus::~ClusterBus() {
  loop_.Run([this] {
    timer_.reset();
    question_timer_.reset();
    // Before the channels end, as what ends with them would use them once more.
    questions_->queries.Close();
    // Ends the callbacks from Redis, which lead to the others, before those go.
    channels_.reset();
    questions_.reset();
    fan_out_.reset();
    history_.reset();
  });
}

void ClusterBus::ScheduleTick() {
  timer_->Start(absl::Milliseconds(100), [this] {
    fan_out_->Tick();
    ScheduleTick();
  });
}

void ClusterBus::ScheduleQuestionTick() {
  if (questions_->idle() || std::exchange(question_tick_due_, true)) return;
  question_timer_->Start(kQuestionTick, [this] {
    question_tick_due_ = false;
    questions_->Tick();
    ScheduleQuestionTick();
  });
}

LinkId ClusterBus::Attach(std::shared_ptr<DeliverySink> sink, std::shared_ptr<QuerySink> queries,
                          Position after) {
  const LinkId link = ++last_link_;
  loop_.Post([this, link, after, sink = std::move(sink), queries = std::move(queries)]() mutable {
    if (fan_out_ == nullptr) return;
    questions_->sinks[link] = std::move(queries);
    fan_out_->Attach(link, std::move(sink), after);
  });
  return link;
}

void ClusterBus::Detach(LinkId link) {
  loop_.Post([this, link] {
    if (fan_out_ == nullptr) return;
    fan_out_->Detach(link);
    questions_->events.Unwatch(link);
    questions_->sinks.erase(link);
    questions_->gateways.OnDetach(link);
  });
}

void ClusterBus::OnAnswer(LinkId link, v1::Answer answer) {
  loop_.Post([this, link, answer = std::move(answer)]() mutable {
    if (questions_ != nullptr) questions_->gateways.OnAnswer(link, std::move(answer));
  });
}

void ClusterBus::Ask(v1::Query query, const ClusterQueries::Options& options, ClusterQueries::Done done) {
  loop_.Post([this, query = std::move(query), options, done = std::move(done)] {
    if (questions_ == nullptr) return;
    questions_->queries.Ask(query, options, done);
    ScheduleQuestionTick();
  });
}

void ClusterBus::CloseQueries() {
  loop_.Post([this] {
    if (questions_ != nullptr) questions_->queries.Close();
  });
}

LinkId ClusterBus::Watch(const std::string& ns, std::shared_ptr<WatchSink> sink,
                         std::function<void(absl::Status)> done) {
  const LinkId link = ++last_link_;
  loop_.Post([this, link, ns, sink = std::move(sink), done = std::move(done)] {
    if (fan_out_ == nullptr) return;
    v1::InterestChange change;
    change.add_add()->set_namespace_(ns);
    fan_out_->Attach(link, sink);
    questions_->events.Watch(link, ns, sink);
    fan_out_->ChangeInterest(link, change,
                             [done](const absl::StatusOr<Position>& position) { done(position.status()); });
  });
  return link;
}

void ClusterBus::ChangeInterest(LinkId link, v1::InterestChange change, FanOut::OnChanged done) {
  loop_.Post([this, link, change = std::move(change), done = std::move(done)] {
    if (fan_out_ != nullptr) fan_out_->ChangeInterest(link, change, done);
  });
}

}  // namespace sail::pubsub
