// A session's transport over HTTP long-polling: a GET that is held until there is something to send, a POST
// for what the client sends.
#ifndef SAIL_GATEWAY_ENGINEIO_POLLING_TRANSPORT_H_
#define SAIL_GATEWAY_ENGINEIO_POLLING_TRANSPORT_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "gateway/engineio/packet.h"
#include "gateway/engineio/transport.h"
#include "gateway/http/http_handler.h"

namespace sail::gateway::engineio {

// Single-threaded: belongs to the session's loop, as do its requests' responders (see Exchange for those that
// come from elsewhere).
//
// One GET and one POST at a time: a second one of its kind ends the session with "transport error" and is
// answered 400; the GET that was held gets a close packet. A client that drops its held GET has left
// ("transport close"). A batch counts as written when the next GET comes, so nothing is sent to a client that
// does not ask. A POST whose packets are not well-formed is answered "ok" all the same (as Node does) and
// ends the session with "parse error".
//
// Close gives a close packet to the held GET; without one, an end that the client can not know of ("forced
// close", shutdown) waits for the next GET, at most kCloseWait.
class PollingTransport final : public Transport {
 public:
  struct Request {
    std::shared_ptr<const HttpRequest> http;
    std::shared_ptr<Responder> responder;
  };
  static constexpr absl::Duration kCloseWait = absl::Seconds(30);

  // listener must outlive the on_finished call: no request will be answered any more. Called once, maybe from
  // within any call; must not destroy the transport.
  PollingTransport(EventLoop* loop, Version version, TransportListener* listener,
                   std::function<void()> on_finished);
  ~PollingTransport() override;

  void OnPoll(Request request);
  void OnPost(Request request);

  // From the probe of an upgrade on, polls are answered at once so that the client can stop polling; until
  // the upgrade has been given up.
  void StartUpgrade();
  void CancelUpgrade();

  // The session goes on without this transport. Returns the packets that no poll has taken.
  std::vector<OutgoingPacket> Discard();

  // Whether the session is over and its last packets wait for a GET.
  bool lingering() const { return state_ == State::kLingering; }

  bool Send(std::vector<OutgoingPacket>* batch) override;
  void Close(CloseReason reason) override;
  void Abort() override;
  void PauseReading() override { paused_ = true; }
  void ResumeReading() override;

 private:
  enum class State { kOpen, kLingering, kFinished };
  struct Post;

  // Answers the held poll.
  void AnswerPoll(const std::vector<OutgoingPacket>& packets);
  void AnswerPollWith(PacketType type);
  // The client's fault: ends the session.
  void Fail(CloseReason reason);
  // Hands the POST's packets on until they are all gone, the session is over, or reading is paused.
  void TakePost();
  void Finish();
  // Answers the POST, if there is one, and tells that all is over.
  void EndPost();

  EventLoop* const loop_;
  const Version version_;
  TransportListener* const listener_;
  const std::function<void()> on_finished_;
  State state_ = State::kOpen;
  bool upgrading_ = false;
  bool paused_ = false;
  bool taking_post_ = false;
  bool awaits_poll_ = false;  // what was sent last counts as written when the next poll comes
  Request poll_;              // held, if it has a responder
  std::vector<OutgoingPacket> unsent_;
  std::unique_ptr<Post> post_;  // being taken
  std::unique_ptr<Timer> close_timer_;
  std::shared_ptr<bool> alive_;
};

}  // namespace sail::gateway::engineio

#endif  // SAIL_GATEWAY_ENGINEIO_POLLING_TRANSPORT_H_
