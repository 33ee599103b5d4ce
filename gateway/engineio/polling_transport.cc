#include "gateway/engineio/polling_transport.h"

#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "gateway/engineio/payload_codec_v3.h"
#include "gateway/engineio/payload_codec_v4.h"
#include "gateway/engineio/polling_answers.h"
#include "platform/json/utf8.h"

namespace sail::gateway::engineio {
namespace {

std::string_view ContentType(const HttpRequest& request) {
  const std::string_view header = request.header("content-type").value_or("");
  return header.substr(0, header.find(';'));
}

constexpr std::string_view kOctetStream = "application/octet-stream";

// The packets of a POST, in v4's case as texts; nothing if it is malformed.
std::optional<std::vector<PayloadPacketV3>> DecodePost(const HttpRequest& request, Version version) {
  if (version == Version::kV3) {
    return ContentType(request) == kOctetStream ? DecodeBinaryPayloadV3(request.body)
                                                : DecodeTextPayloadV3(request.body);
  }
  if (!platform::json::IsUtf8(request.body)) return std::nullopt;
  std::vector<PayloadPacketV3> packets;
  for (const std::string_view packet : DecodePayloadV4(request.body)) packets.push_back({false, packet});
  return packets;
}

}  // namespace

struct PollingTransport::Post {
  Request request;
  std::vector<PayloadPacketV3> packets;
  size_t taken = 0;
};

PollingTransport::PollingTransport(EventLoop* loop, Version version, TransportListener* listener,
                                   std::function<void()> on_finished)
    : loop_(loop),
      version_(version),
      listener_(listener),
      on_finished_(std::move(on_finished)),
      alive_(std::make_shared<bool>(true)) {}

PollingTransport::~PollingTransport() { *alive_ = false; }

void PollingTransport::OnPoll(Request request) {
  if (poll_.responder != nullptr) {
    Fail(CloseReason::kTransportError);
    return request.responder->Send(EmptyAnswer(400));
  }
  poll_ = std::move(request);
  if (state_ != State::kOpen) {
    unsent_.push_back(OutgoingPacket::Text(PacketType::kClose, {}));
    AnswerPoll(std::exchange(unsent_, {}));
    return Finish();
  }
  const std::shared_ptr<Responder> responder = poll_.responder;
  responder->OnAbort([this, alive = alive_, aborted = responder.get()] {
    if (!*alive || poll_.responder.get() != aborted) return;
    poll_ = {};
    Fail(CloseReason::kTransportClose);
  });
  // A client that is known to have gone is told of within OnAbort.
  if (poll_.responder == nullptr) return;
  if (!unsent_.empty()) {
    AnswerPoll(std::exchange(unsent_, {}));
    awaits_poll_ = true;
  } else if (std::exchange(awaits_poll_, false)) {
    listener_->OnTransportDrained();
  }
  if (upgrading_ && poll_.responder != nullptr) AnswerPollWith(PacketType::kNoop);
}

void PollingTransport::OnPost(Request request) {
  if (post_ != nullptr) {
    Fail(CloseReason::kTransportError);
    return request.responder->Send(EmptyAnswer(400));
  }
  const HttpRequest& http = *request.http;
  if (version_ == Version::kV4 && ContentType(http) == kOctetStream) {
    Fail(CloseReason::kTransportError);
    return request.responder->Send(EmptyAnswer(400));
  }
  std::optional<std::vector<PayloadPacketV3>> packets = DecodePost(http, version_);
  if (!packets.has_value()) {
    Fail(CloseReason::kParseError);
    return request.responder->Send(PostTakenAnswer());
  }
  post_ = std::make_unique<Post>(Post{std::move(request), *std::move(packets)});
  TakePost();
}

void PollingTransport::TakePost() {
  if (std::exchange(taking_post_, true)) return;
  while (post_->taken < post_->packets.size() && state_ == State::kOpen && !paused_) {
    const PayloadPacketV3 packet = post_->packets[post_->taken++];
    if (packet.is_binary) {
      listener_->OnBinaryPacket(packet.data);
    } else {
      listener_->OnTextPacket(packet.data);
    }
  }
  taking_post_ = false;
  if (state_ == State::kOpen && post_->taken < post_->packets.size()) return;
  const std::unique_ptr<Post> post = std::move(post_);
  post->request.responder->Send(PostTakenAnswer());
  if (state_ == State::kFinished) on_finished_();
}

void PollingTransport::ResumeReading() {
  // Not inside the call: whoever resumes is not prepared for the next message.
  loop_->Post([this, alive = alive_] {
    if (!*alive) return;
    paused_ = false;
    if (post_ != nullptr) TakePost();
  });
}

void PollingTransport::StartUpgrade() {
  upgrading_ = true;
  if (poll_.responder != nullptr) AnswerPollWith(PacketType::kNoop);
}

void PollingTransport::CancelUpgrade() { upgrading_ = false; }

std::vector<OutgoingPacket> PollingTransport::Discard() {
  if (poll_.responder != nullptr) AnswerPollWith(PacketType::kNoop);
  std::vector<OutgoingPacket> unsent = std::exchange(unsent_, {});
  Finish();
  return unsent;
}

bool PollingTransport::Send(std::vector<OutgoingPacket>* batch) {
  if (poll_.responder != nullptr) {
    AnswerPoll(*batch);
    awaits_poll_ = true;
  } else {
    unsent_.insert(unsent_.end(), std::make_move_iterator(batch->begin()),
                   std::make_move_iterator(batch->end()));
  }
  batch->clear();
  return false;
}

void PollingTransport::Close(CloseReason reason) {
  if (state_ != State::kOpen) return;
  if (poll_.responder != nullptr) {
    // A client that has closed knows; its poll is only to be ended.
    AnswerPollWith(reason == CloseReason::kTransportClose ? PacketType::kNoop : PacketType::kClose);
    return Finish();
  }
  const bool client_can_know = reason != CloseReason::kForcedClose &&
                               reason != CloseReason::kForcedServerClose &&
                               reason != CloseReason::kServerShuttingDown;
  if (client_can_know) return Finish();
  state_ = State::kLingering;
  close_timer_ = loop_->RunAfter(kCloseWait, [this] { Finish(); });
}

void PollingTransport::Abort() {
  unsent_.clear();
  if (poll_.responder != nullptr) AnswerPollWith(PacketType::kClose);
  Finish();
}

void PollingTransport::AnswerPoll(const std::vector<OutgoingPacket>& packets) {
  const Request poll = std::exchange(poll_, {});
  poll.responder->Send(PayloadAnswer(*poll.http, version_, packets));
}

void PollingTransport::AnswerPollWith(PacketType type) { AnswerPoll({OutgoingPacket::Text(type, {})}); }

void PollingTransport::Fail(CloseReason reason) {
  if (state_ == State::kFinished) return;
  const bool was_open = state_ == State::kOpen;
  unsent_.clear();
  if (poll_.responder != nullptr) AnswerPollWith(PacketType::kClose);
  // Before the listener is told, so that it finds the transport closed.
  state_ = State::kFinished;
  close_timer_ = nullptr;
  if (was_open) listener_->OnTransportClosed(reason);
  EndPost();
}

void PollingTransport::Finish() {
  if (std::exchange(state_, State::kFinished) == State::kFinished) return;
  close_timer_ = nullptr;
  EndPost();
}

void PollingTransport::EndPost() {
  // In the middle of a POST, TakePost ends it.
  if (taking_post_) return;
  if (const std::unique_ptr<Post> post = std::move(post_)) post->request.responder->Send(PostTakenAnswer());
  on_finished_();
}

}  // namespace sail::gateway::engineio
