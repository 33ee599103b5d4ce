#ifndef SAIL_GATEWAY_HTTP_EVENT_LOOPS_H_
#define SAIL_GATEWAY_HTTP_EVENT_LOOPS_H_

#include <memory>
#include <vector>

#include "gateway/http/event_loop.h"

namespace sail::gateway {

class AsioEventLoop;

// A fixed number of event loops, each on a thread of its own. Signals are to be blocked before the
// constructor.
class EventLoops {
 public:
  // Starts the threads; `threads` < 1 counts as 1.
  explicit EventLoops(int threads);
  // Stops the loops after the task that they are at, and joins the threads. Not from a loop's thread.
  ~EventLoops();
  EventLoops(const EventLoops&) = delete;
  EventLoops& operator=(const EventLoops&) = delete;

  int size() const;
  EventLoop& loop(int index);

  // For the socket code of this package.
  AsioEventLoop& asio_loop(int index);

 private:
  std::vector<std::unique_ptr<AsioEventLoop>> loops_;
};

// Runs the task on the loop, behind everything that was posted before, and waits for it. Not from a loop's
// thread.
void RunAndWait(EventLoop& loop, Task task);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_EVENT_LOOPS_H_
