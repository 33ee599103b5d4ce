#ifndef SAIL_GATEWAY_HTTP_EXCHANGE_H_
#define SAIL_GATEWAY_HTTP_EXCHANGE_H_

#include <atomic>
#include <functional>

#include "gateway/http/http_handler.h"

namespace sail::gateway {

// The Responder of an HttpConnection: carries the answer from whatever thread to the connection's loop.
class Exchange final : public Responder {
 public:
  // `deliver` runs on the loop, once, with the answer: at once if Send is called there. It has to cope with a
  // connection that has ended meanwhile.
  Exchange(EventLoop& loop, std::function<void(HttpResponse)> deliver);
  ~Exchange() override;

  void Send(HttpResponse response) override;
  bool client_gone() const override { return gone_.load(); }
  void OnAbort(Task callback) override;
  EventLoop& loop() override { return loop_; }

  // The client has gone. Loop thread.
  void Abort();
  // The answer has been delivered. Loop thread.
  void ReleaseAbortCallback() { on_abort_ = nullptr; }

 private:
  EventLoop& loop_;
  std::function<void(HttpResponse)> deliver_;
  std::atomic<bool> sent_{false};
  std::atomic<bool> gone_{false};
  Task on_abort_;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_EXCHANGE_H_
