#include "gateway/http/exchange.h"

#include <utility>

namespace sail::gateway {

Exchange::Exchange(EventLoop& loop, std::function<void(HttpResponse)> deliver)
    : loop_(loop), deliver_(std::move(deliver)) {}

Exchange::~Exchange() {
  // Forgotten by its handler: the client must not wait for ever.
  if (sent_.load() || gone_.load()) return;
  loop_.Post([deliver = std::move(deliver_)] { deliver({.status = 500}); });
}

void Exchange::Send(HttpResponse response) {
  if (sent_.exchange(true) || gone_.load()) return;
  if (loop_.InLoopThread()) return deliver_(std::move(response));
  loop_.Post(
      [deliver = deliver_, response = std::move(response)]() mutable { deliver(std::move(response)); });
}

void Exchange::OnAbort(Task callback) {
  if (gone_.load()) return callback();
  if (!sent_.load()) on_abort_ = std::move(callback);
}

void Exchange::Abort() {
  gone_.store(true);
  Task callback = std::move(on_abort_);
  on_abort_ = nullptr;
  if (callback) callback();
}

}  // namespace sail::gateway
