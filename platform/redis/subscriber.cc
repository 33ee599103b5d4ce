#include "platform/redis/subscriber.h"

#include <atomic>
#include <deque>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "platform/log/log.h"
#include "platform/redis/command.h"
#include "platform/redis/reconnecting_connection.h"

namespace sail::platform::redis {
namespace {

// Channels in one command, so that no single one holds up the server.
constexpr size_t kChannelsPerCommand = 512;

// One Subscribe call that waits for its confirmations.
struct Waiter {
  size_t open = 0;
  std::function<void(absl::Status)> done;
};

}  // namespace

// Belongs to the loop's thread but for connected_.
class Subscriber::Core {
 public:
  Core(EventLoop& loop, ConnectionOptions options, Handlers handlers, metrics::Registry& registry)
      : address_(options.url.Redacted()),
        handlers_(std::move(handlers)),
        messages_(registry.AddCounter("sail_redis_messages_total", "Messages received from channels.")),
        gaps_(registry.AddCounter("sail_redis_subscriber_gaps_total",
                                  "Times when messages may have been lost.")),
        channels_(registry.AddGauge("sail_redis_subscribed_channels", "Channels that are wanted.")),
        connected_gauge_(
            registry.AddGauge("sail_redis_subscriber_connected", "1 while there is a connection.")),
        connection_(
            loop, std::move(options),
            {.on_up = [this] { OnUp(); },
             .on_reply = [this](Reply&& reply) { OnReply(std::move(reply)); },
             .on_down = [this](absl::Status why, bool was_up) { OnDown(std::move(why), was_up); },
             .on_idle = [this] { connection_.Send(FormatCommand(std::vector<std::string>{"PING"})); }}) {}

  void Start() { connection_.Start({}); }

  void Stop() {
    connection_.Stop();
    stopped_ = true;
    FailWaiters("the subscriber is closed");
  }

  void Subscribe(std::vector<std::string> channels, std::function<void(absl::Status)> done) {
    if (stopped_) {
      if (done) done(absl::UnavailableError("Redis: the subscriber is closed"));
      return;
    }
    wanted_.insert(channels.begin(), channels.end());
    channels_->Set(static_cast<int64_t>(wanted_.size()));
    if (channels.empty()) {
      if (done) done(absl::OkStatus());
    } else if (connection_.up()) {
      Send("SUBSCRIBE", channels, std::move(done));
    } else if (connecting_) {
      // OnUp subscribes to everything wanted.
      if (done) waiting_for_connection_.push_back(std::move(done));
    } else if (done) {
      done(absl::UnavailableError("Redis: no connection"));
    }
  }

  void Unsubscribe(const std::vector<std::string>& channels) {
    std::vector<std::string> known;
    for (const std::string& channel : channels) {
      if (wanted_.erase(channel) > 0) known.push_back(channel);
    }
    channels_->Set(static_cast<int64_t>(wanted_.size()));
    if (!stopped_ && connection_.up() && !known.empty()) Send("UNSUBSCRIBE", known, nullptr);
  }

  bool connected() const { return connected_; }

 private:
  // Redis answers each channel of each command, in order.
  void Send(std::string_view command, const std::vector<std::string>& channels,
            std::function<void(absl::Status)> done) {
    auto waiter = std::make_shared<Waiter>(Waiter{channels.size(), std::move(done)});
    confirmations_.insert(confirmations_.end(), channels.size(), waiter);
    for (size_t at = 0; at < channels.size(); at += kChannelsPerCommand) {
      std::vector<std::string_view> args = {command};
      const size_t end = std::min(channels.size(), at + kChannelsPerCommand);
      args.insert(args.end(), channels.begin() + at, channels.begin() + end);
      connection_.Send(FormatCommand(args));
    }
  }

  void OnUp() {
    SetConnected(true);
    Log(Severity::kInfo, "redis subscriber connected", {{"address", address_}});
    auto waiting = std::exchange(waiting_for_connection_, {});
    const bool gap = std::exchange(lost_, false);
    connecting_ = false;
    const auto confirmed = [this, gap, waiting = std::move(waiting)](const absl::Status& status) {
      for (const auto& done : waiting) done(status);
      if (!gap) return;
      if (!status.ok()) {
        lost_ = true;
        return;
      }
      gaps_->Increment();
      handlers_.on_gap();
    };
    if (wanted_.empty()) {
      confirmed(absl::OkStatus());
    } else {
      Send("SUBSCRIBE", std::vector<std::string>(wanted_.begin(), wanted_.end()), confirmed);
    }
  }

  void OnDown(absl::Status why, bool was_up) {
    SetConnected(false);
    if (was_up || connecting_) {
      Log(Severity::kWarning, "redis is not reachable for the subscriber",
          {{"address", address_}, {"reason", std::string(why.message().data(), why.message().size())}});
    }
    connecting_ = false;
    lost_ = true;
    if (was_up && handlers_.on_lost) handlers_.on_lost();
    FailWaiters("the connection broke");
  }

  void FailWaiters(const std::string& why) {
    const absl::Status status = absl::UnavailableError("Redis: " + why);
    const auto confirmations = std::exchange(confirmations_, {});
    for (const std::shared_ptr<Waiter>& waiter : confirmations) {
      if (auto done = std::exchange(waiter->done, nullptr)) done(status);
    }
    for (const auto& done : std::exchange(waiting_for_connection_, {})) done(status);
  }

  void OnReply(Reply&& reply) {
    // Status "PONG", or while subscribed the array "pong", "".
    if (reply.type == Reply::Type::kStatus) return;
    if (!reply.is_array() || reply.elements.empty()) {
      connection_.Break(absl::UnavailableError("Redis: unexpected reply to a subscriber: " + reply.text));
      return;
    }
    const std::string& kind = reply.elements[0].text;
    if (kind == "message" && reply.elements.size() == 3) {
      messages_->Increment();
      handlers_.on_message(reply.elements[1].text, std::move(reply.elements[2].text));
    } else if (kind == "subscribe" || kind == "unsubscribe") {
      Confirm();
    }
  }

  void Confirm() {
    if (confirmations_.empty()) {
      connection_.Break(absl::UnavailableError("Redis: a confirmation that nobody asked for"));
      return;
    }
    const std::shared_ptr<Waiter> waiter = std::move(confirmations_.front());
    confirmations_.pop_front();
    if (--waiter->open > 0) return;
    if (auto done = std::exchange(waiter->done, nullptr)) done(absl::OkStatus());
  }

  void SetConnected(bool connected) {
    connected_ = connected;
    connected_gauge_->Set(connected ? 1 : 0);
  }

  const std::string address_;
  const Handlers handlers_;
  metrics::Counter* const messages_;
  metrics::Counter* const gaps_;
  metrics::Gauge* const channels_;
  metrics::Gauge* const connected_gauge_;
  absl::flat_hash_set<std::string> wanted_;
  std::deque<std::shared_ptr<Waiter>> confirmations_;
  std::vector<std::function<void(absl::Status)>> waiting_for_connection_;
  bool connecting_ = true;
  bool stopped_ = false;
  // Messages may have been lost, and the gap is not reported yet.
  bool lost_ = false;
  std::atomic<bool> connected_ = false;
  ReconnectingConnection connection_;
};

Subscriber::Subscriber(EventLoop& loop, ConnectionOptions options, Handlers handlers,
                       metrics::Registry& registry)
    : loop_(loop), core_(std::make_shared<Core>(loop, std::move(options), std::move(handlers), registry)) {
  loop_.Post([core = core_] { core->Start(); });
}

Subscriber::~Subscriber() {
  loop_.Run([this] {
    core_->Stop();
    core_.reset();
  });
}

void Subscriber::Subscribe(std::vector<std::string> channels, std::function<void(absl::Status)> done) {
  // Always posted, so that a confirmation never comes before the call has returned and calls of all threads
  // keep one order.
  loop_.Post([core = core_, channels = std::move(channels), done = std::move(done)]() mutable {
    core->Subscribe(std::move(channels), std::move(done));
  });
}

void Subscriber::Unsubscribe(std::vector<std::string> channels) {
  loop_.Post([core = core_, channels = std::move(channels)] { core->Unsubscribe(channels); });
}

bool Subscriber::connected() const { return core_->connected(); }

}  // namespace sail::platform::redis
