// The way back to a client, for tests: keeps the answer.
#ifndef SAIL_GATEWAY_ENGINEIO_FAKE_RESPONDER_H_
#define SAIL_GATEWAY_ENGINEIO_FAKE_RESPONDER_H_

#include <optional>
#include <string>
#include <utility>

#include "gateway/http/http_handler.h"

namespace sail::gateway {

class FakeResponder : public Responder {
 public:
  explicit FakeResponder(EventLoop* loop) : loop_(loop) {}

  void Send(HttpResponse response) override {
    if (answer || gone_) return;
    answer = std::move(response);
    on_abort_ = nullptr;
  }
  bool client_gone() const override { return gone_; }
  void OnAbort(Task callback) override {
    if (gone_) return callback();
    on_abort_ = std::move(callback);
  }
  EventLoop& loop() override { return *loop_; }

  // The client goes away.
  void Abort() {
    gone_ = true;
    if (Task callback = std::exchange(on_abort_, nullptr)) callback();
  }
  // "200 ok", or "held".
  std::string Said() const { return answer ? std::to_string(answer->status) + " " + answer->body : "held"; }

  std::optional<HttpResponse> answer;

 private:
  EventLoop* const loop_;
  Task on_abort_;
  bool gone_ = false;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_ENGINEIO_FAKE_RESPONDER_H_
