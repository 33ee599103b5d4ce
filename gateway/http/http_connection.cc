#include "gateway/http/http_connection.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "gateway/http/exchange.h"
#include "gateway/http/response_format.h"

namespace sail::gateway {
namespace {

// Input that waits behind a request in progress, and output that a slow reader has not taken: beyond this the
// connection stops reading.
constexpr size_t kMaxWaitingBytes = 64 * 1024;
// A body up to this size is copied behind its head: one buffer, one write.
constexpr size_t kMaxCopiedBody = 16 * 1024;

class Connection final : public HttpConnection, public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<ByteStream> stream, const HttpConnectionOptions& options,
             RequestHandler& requests, UpgradeHandler* upgrades, Task on_end)
      : stream_(std::move(stream)),
        options_(options),
        requests_(requests),
        upgrades_(upgrades),
        on_end_(std::move(on_end)),
        parser_(options.limits, [&requests](const HttpRequest& head) { return requests.MaxBodyBytes(head); }),
        phase_start_(stream_->loop().Now()) {}

  void Begin() {
    stream_->Start({.on_bytes = [self = shared_from_this()](std::string_view bytes) { self->OnBytes(bytes); },
                    .on_close = [self = shared_from_this()](absl::Status) { self->OnClose(); },
                    .on_drained = [self = shared_from_this()] { self->OnDrained(); }});
    ArmTimer();
  }

  void Drain() override {
    draining_ = true;
    if (!ended_ && !processing_ && phase_ == Phase::kIdle) CloseGracefully();
  }

  void Abort() override {
    if (ended_) return;
    const std::shared_ptr<ByteStream> stream = stream_;
    OnClose();
    stream->Abort();
  }

 private:
  enum class Phase { kIdle, kHead, kBody, kHandling, kWriting, kClosing };
  using TimePoint = std::chrono::steady_clock::time_point;

  void OnBytes(std::string_view bytes) {
    input_.append(bytes);
    if (exchange_id_ != 0 || stream_->queued_bytes() > kMaxWaitingBytes) {
      if (input_.size() > kMaxWaitingBytes) Pause();
      return;
    }
    Process();
  }

  // Works on the input until it is used up, a handler takes its time, or the client does not take its
  // answers.
  void Process() {
    const auto self = shared_from_this();
    processing_ = true;
    size_t used = 0;
    while (CanProceed()) {
      used += parser_.Feed(std::string_view(input_).substr(used));
      if (parser_.state() == RequestParser::State::kError) {
        Refuse(parser_.error_status());
      } else if (parser_.is_websocket_upgrade() && upgrades_ != nullptr) {
        return HandOver(input_.substr(used));
      } else if (parser_.state() == RequestParser::State::kDone) {
        Dispatch();
      } else {
        break;
      }
    }
    processing_ = false;
    if (ended_ || phase_ == Phase::kClosing) return;
    input_.erase(0, used);
    if (input_.empty() && input_.capacity() > kMaxWaitingBytes) input_.shrink_to_fit();
    MaybeContinue();
    stream_->Flush();
    EnterPhase();
  }

  bool CanProceed() {
    if (ended_ || phase_ == Phase::kClosing || exchange_id_ != 0) return false;
    if (stream_->queued_bytes() > kMaxWaitingBytes) stream_->Flush();
    return stream_->queued_bytes() <= kMaxWaitingBytes;
  }

  std::shared_ptr<const HttpRequest> TakeRequest() {
    std::shared_ptr<HttpRequest> request = parser_.TakeRequest();
    request->remote_address = stream_->remote_address();
    return request;
  }

  void Dispatch() {
    const std::shared_ptr<const HttpRequest> request = TakeRequest();
    phase_ = Phase::kHandling;
    had_request_ = true;
    continue_sent_ = false;
    head_request_ = request->method == "HEAD";
    keep_alive_ = request->keep_alive;
    exchange_id_ = ++last_exchange_id_;
    auto exchange = std::make_shared<Exchange>(
        stream_->loop(), [weak = weak_from_this(), id = exchange_id_](HttpResponse response) {
          if (const auto self = weak.lock()) self->OnResponse(id, std::move(response));
        });
    exchange_ = exchange;
    requests_.Handle(request, std::move(exchange));
  }

  void OnResponse(uint64_t exchange_id, HttpResponse response) {
    if (ended_ || exchange_id_ != exchange_id) return;
    if (const auto exchange = exchange_.lock()) exchange->ReleaseAbortCallback();
    exchange_id_ = 0;
    if (response.on_stream != nullptr && !head_request_) return StartStream(response);
    WriteResponse(response, head_request_, keep_alive_);
    if (!processing_) Process();
  }

  void HandOver(std::string rest) {
    const std::shared_ptr<const HttpRequest> request = TakeRequest();
    const std::shared_ptr<ByteStream> stream = std::move(stream_);
    UpgradeHandler& handler = *upgrades_;
    stream->Detach();
    End();
    handler.HandleUpgrade(request, stream, std::move(rest));
  }

  void StartStream(const HttpResponse& response) {
    const std::shared_ptr<ByteStream> stream = std::move(stream_);
    stream->Detach();
    End();
    stream->Write(
        MakeSharedBytes(FormatResponseHead(response, {.date = CurrentHttpDate(), .until_close = true})));
    response.on_stream(stream);
  }

  void Refuse(int status) {
    if (options_.metrics) options_.metrics->CountRefusal(status);
    HttpResponse response{.status = status, .close = true};
    WriteResponse(response, false, false);
  }

  void WriteResponse(HttpResponse& response, bool head_request, bool keep_alive) {
    const bool keep = keep_alive && !response.close && !draining_;
    std::string head =
        FormatResponseHead(response, {.keep_alive = keep,
                                      .keep_alive_timeout_seconds = options_.keep_alive_timeout_seconds,
                                      .date = CurrentHttpDate()});
    const bool with_body = !head_request && StatusHasBody(response.status) && !response.body_view().empty();
    if (with_body && response.body_view().size() <= kMaxCopiedBody) head.append(response.body_view());
    const bool apart = with_body && response.body_view().size() > kMaxCopiedBody;
    stream_->Write(MakeSharedBytes(std::move(head)));
    if (apart) {
      stream_->Write(response.shared_body ? response.shared_body : MakeSharedBytes(std::move(response.body)));
    }
    if (!keep) CloseGracefully();
  }

  void MaybeContinue() {
    if (continue_sent_ || !parser_.expects_continue() || parser_.body_bytes() > 0 || !input_.empty()) return;
    continue_sent_ = true;
    stream_->Write(MakeSharedBytes("HTTP/1.1 100 Continue\r\n\r\n"));
  }

  void OnDrained() {
    if (!ended_ && phase_ == Phase::kWriting) Process();
  }

  void Pause() {
    if (!std::exchange(paused_, true)) stream_->PauseReading();
  }

  // Which phase the connection is in after the input has been worked on, and when that began.
  void EnterPhase() {
    Phase next = Phase::kIdle;
    if (exchange_id_ != 0) {
      next = Phase::kHandling;
    } else if (stream_->queued_bytes() > kMaxWaitingBytes) {
      next = Phase::kWriting;
    } else if (parser_.state() == RequestParser::State::kHead) {
      next = Phase::kHead;
    } else if (parser_.state() == RequestParser::State::kBody) {
      next = Phase::kBody;
    }
    const bool waiting = next == Phase::kHandling || next == Phase::kWriting;
    if (paused_ && !waiting) {
      paused_ = false;
      stream_->ResumeReading();
    }
    if (next != phase_) {
      // The first head has to be complete in time from the accept on.
      if (had_request_ || next != Phase::kHead) phase_start_ = stream_->loop().Now();
      phase_ = next;
      phase_sent_ = stream_->sent_bytes();
    }
    if (next != Phase::kHandling) ArmTimer();
  }

  // When the present phase has lasted too long.
  TimePoint Deadline() const {
    const auto after = [this](absl::Duration allowed, uint64_t transferred) {
      allowed += absl::Seconds(transferred) / static_cast<int64_t>(options_.min_bytes_per_second);
      return phase_start_ + absl::ToChronoNanoseconds(allowed);
    };
    switch (phase_) {
      case Phase::kIdle:
        // A fresh connection has to send its first head in time.
        return after(had_request_ ? options_.idle_timeout : options_.head_timeout, 0);
      case Phase::kHead:
        return after(options_.head_timeout, 0);
      case Phase::kBody:
        return after(options_.transfer_timeout, parser_.body_bytes());
      case Phase::kWriting:
        return after(options_.transfer_timeout, stream_->sent_bytes() - phase_sent_);
      case Phase::kHandling:
      case Phase::kClosing:
        break;
    }
    return TimePoint::max();
  }

  // One timer serves all deadlines: it is left alone when it fires early enough, and looks again when it
  // does.
  void ArmTimer() {
    const TimePoint deadline = Deadline();
    if (deadline == TimePoint::max() || (timer_ && timer_at_ <= deadline)) return;
    timer_at_ = deadline;
    const absl::Duration delay = absl::FromChrono(deadline - stream_->loop().Now());
    timer_ = stream_->loop().RunAfter(delay, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->OnTimer();
    });
  }

  void OnTimer() {
    timer_ = nullptr;
    if (ended_) return;
    if (stream_->loop().Now() < Deadline()) return ArmTimer();
    switch (phase_) {
      case Phase::kHead:
      case Phase::kBody:
        Refuse(408);
        stream_->Flush();
        break;
      case Phase::kWriting:
        if (options_.metrics) options_.metrics->cut->Increment();
        Abort();
        break;
      default:
        CloseGracefully();
    }
  }

  void CloseGracefully() {
    phase_ = Phase::kClosing;
    stream_->Close();
  }

  void OnClose() {
    if (ended_) return;
    const auto self = shared_from_this();
    End();
    if (exchange_id_ == 0) return;
    if (const auto exchange = exchange_.lock()) exchange->Abort();
  }

  void End() {
    ended_ = true;
    timer_ = nullptr;
    if (Task on_end = std::move(on_end_)) on_end();
  }

  std::shared_ptr<ByteStream> stream_;
  const HttpConnectionOptions& options_;
  RequestHandler& requests_;
  UpgradeHandler* const upgrades_;
  Task on_end_;
  RequestParser parser_;
  std::string input_;
  std::weak_ptr<Exchange> exchange_;
  uint64_t exchange_id_ = 0;  // of the request that waits for its answer, else 0
  uint64_t last_exchange_id_ = 0;
  bool head_request_ = false;
  bool keep_alive_ = false;
  Phase phase_ = Phase::kIdle;
  TimePoint phase_start_;
  uint64_t phase_sent_ = 0;
  std::unique_ptr<Timer> timer_;
  TimePoint timer_at_;
  bool had_request_ = false;
  bool continue_sent_ = false;
  bool processing_ = false;
  bool draining_ = false;
  bool paused_ = false;
  bool ended_ = false;
};

}  // namespace

std::shared_ptr<HttpConnection> HttpConnection::Start(std::shared_ptr<ByteStream> stream,
                                                      const HttpConnectionOptions& options,
                                                      RequestHandler& requests, UpgradeHandler* upgrades,
                                                      Task on_end) {
  auto connection =
      std::make_shared<Connection>(std::move(stream), options, requests, upgrades, std::move(on_end));
  connection->Begin();
  return connection;
}

}  // namespace sail::gateway
