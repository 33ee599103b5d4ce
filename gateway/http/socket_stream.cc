#include "gateway/http/socket_stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <cerrno>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/http/write_queue.h"

namespace sail::gateway {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr size_t kSmallReadBuffer = 4 * 1024;  // what an idle connection holds
constexpr size_t kLargeReadBuffer = 64 * 1024;

std::string AddressOf(const asio::ip::tcp::socket& socket) {
  error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) return "";
  asio::ip::address address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  return address.to_string();
}

// The socket and everything in flight on it. Asynchronous operations hold it alive; the SocketStream in front
// of it is what users hold, so that dropping the stream can end the operations.
class Socket final : public std::enable_shared_from_this<Socket>, private LoopResource {
 public:
  Socket(asio::ip::tcp::socket socket, AsioEventLoop& loop, const StreamOptions& options, Task on_end)
      : socket_(std::move(socket)),
        loop_(loop),
        options_(options),
        on_end_(std::move(on_end)),
        remote_address_(AddressOf(socket_)) {
    error_code ignored;
    socket_.native_non_blocking(true, ignored);
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    SetOption(SOL_SOCKET, SO_KEEPALIVE, 1);
    SetOption(IPPROTO_TCP, TCP_USER_TIMEOUT,
              static_cast<int>(absl::ToInt64Milliseconds(options.peer_timeout)));
    SetOption(IPPROTO_TCP, TCP_NOTSENT_LOWAT, options.kernel_queue_bytes);
    loop_.Add(this);
  }

  // Where the system does not know the option, its default is good enough.
  void SetOption(int level, int name, int value) {
    setsockopt(socket_.native_handle(), level, name, &value, sizeof(value));
  }

  void Start(ByteStream::Callbacks callbacks) {
    if (closed_) return;
    callbacks_ = std::make_shared<ByteStream::Callbacks>(std::move(callbacks));
    reading_ = true;
    Read();
  }

  void Detach() {
    reading_ = false;
    callbacks_ = nullptr;
  }

  void SetReading(bool reading) {
    reading_ = reading;
    Read();
  }

  void Write(SharedBytes bytes) {
    if (closed_ || closing_) return;
    queue_.Push(std::move(bytes));
    if (queue_.empty() || flush_posted_ || write_pending_) return;
    flush_posted_ = true;
    loop_.Post([self = shared_from_this()] {
      self->flush_posted_ = false;
      self->FlushAndReport();
    });
  }

  void Flush() {
    if (closed_ || write_pending_) return;
    while (!queue_.empty()) {
      const ssize_t sent = SendSome();
      if (sent >= 0) {
        queue_.Consume(static_cast<size_t>(sent));
      } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        return WaitWritable();
      } else if (errno != EINTR) {
        return FailLater(absl::UnavailableError(absl::StrCat("write: ", strerror(errno))));
      }
    }
    if (closing_) EndOutput();
  }

  void Close() {
    if (closed_ || std::exchange(closing_, true)) return;
    reading_ = true;
    progress_ = queue_.total_sent();
    ArmLinger();
    Flush();
    Read();
  }

  void Abort() {
    callbacks_ = nullptr;
    Finish(absl::OkStatus());
  }

  void MoveTo(AsioEventLoop& target, ByteStream::Moved done) {
    if (closed_ || closing_) return Abort();
    move_ = [this, &target, done = std::move(done)]() mutable { Move(target, std::move(done)); };
    // What is under way ends first: a read may have its bytes already.
    error_code ignored;
    if (read_pending_ || write_pending_) socket_.cancel(ignored);
    ContinueMove();
  }

  size_t queued_bytes() const { return queue_.bytes(); }
  uint64_t sent_bytes() const { return queue_.total_sent(); }
  bool closed() const { return closed_ || closing_; }
  const std::string& remote_address() const { return remote_address_; }
  AsioEventLoop& loop() { return loop_; }

 private:
  // A read that ended while nobody wanted its result; its bytes are in buffer_.
  struct Held {
    error_code error;
    size_t size = 0;
  };

  void Release() override { Abort(); }

  void Read() {
    if (closed_ || read_pending_ || !reading_) return;
    read_pending_ = true;
    if (held_) {
      return loop_.Post([self = shared_from_this(), held = *std::exchange(held_, std::nullopt)] {
        self->OnRead(held.error, held.size);
      });
    }
    if (buffer_.empty()) buffer_.resize(kSmallReadBuffer);
    socket_.async_read_some(
        asio::buffer(buffer_),
        [self = shared_from_this()](error_code error, size_t size) { self->OnRead(error, size); });
  }

  void OnRead(error_code error, size_t size) {
    read_pending_ = false;
    if (closed_) return;
    if (move_) {
      if (error != asio::error::operation_aborted) held_ = Held{error, size};
      return ContinueMove();
    }
    if (!reading_) {
      held_ = Held{error, size};
      return;
    }
    if (error) {
      const bool ended = error == asio::error::eof;
      return Finish(ended ? absl::OkStatus() : absl::UnavailableError("read: " + error.message()));
    }
    if (const auto callbacks = callbacks_; callbacks && !closing_) {
      callbacks->on_bytes(std::string_view(buffer_.data(), size));
    }
    if (closed_ || read_pending_) return;
    AdaptBuffer(size);
    Read();
  }

  void ContinueMove() {
    if (read_pending_ || write_pending_) return;
    const auto self = shared_from_this();
    std::exchange(move_, nullptr)();
  }

  void Move(AsioEventLoop& target, ByteStream::Moved done) {
    error_code error;
    const auto protocol = socket_.local_endpoint(error).protocol();
    if (error || (held_ && held_->error)) return Finish(absl::UnavailableError("the client has gone"));
    std::string bytes(buffer_.data(), held_ ? held_->size : 0);
    held_.reset();
    const int descriptor = socket_.release(error);
    if (error) return Finish(absl::UnavailableError("release: " + error.message()));
    closed_ = true;
    loop_.Remove(this);
    callbacks_ = nullptr;
    // Holds the socket on its way, which may end with the loop.
    auto holder = std::make_unique<asio::ip::tcp::socket>(target.io(), protocol, descriptor);
    target.Post([&target, holder = std::move(holder), options = options_, on_end = std::move(on_end_),
                 queue = std::move(queue_), bytes = std::move(bytes), done = std::move(done)]() mutable {
      auto moved = std::make_shared<Socket>(std::move(*holder), target, options, std::move(on_end));
      moved->queue_ = std::move(queue);
      moved->FlushAndReport();
      done(WrapSocket(std::move(moved)), std::move(bytes));
    });
  }

  static std::shared_ptr<ByteStream> WrapSocket(std::shared_ptr<Socket> socket);

  void AdaptBuffer(size_t size) {
    if (size == buffer_.size() && size < kLargeReadBuffer) {
      buffer_.resize(kLargeReadBuffer);
    } else if (size < kSmallReadBuffer && buffer_.size() > kSmallReadBuffer) {
      buffer_.resize(kSmallReadBuffer);
      buffer_.shrink_to_fit();
    }
  }

  ssize_t SendSome() {
    WriteQueue::Pieces pieces;
    const std::span<iovec> front = queue_.Front(&pieces);
    msghdr message{};
    message.msg_iov = front.data();
    message.msg_iovlen = front.size();
    return ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  }

  void WaitWritable() {
    write_pending_ = true;
    socket_.async_wait(asio::ip::tcp::socket::wait_write, [self = shared_from_this()](error_code error) {
      self->write_pending_ = false;
      if (self->move_) return self->ContinueMove();
      if (error) return self->Finish(absl::UnavailableError("write: " + error.message()));
      self->FlushAndReport();
    });
  }

  void FlushAndReport() {
    if (closed_ || queue_.empty()) return;
    Flush();
    const auto callbacks = callbacks_;
    if (!closed_ && !closing_ && queue_.empty() && callbacks && callbacks->on_drained)
      callbacks->on_drained();
  }

  void EndOutput() {
    if (std::exchange(output_ended_, true)) return;
    error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  }

  void ArmLinger() {
    linger_ = loop_.RunAfter(options_.linger, [self = shared_from_this()] {
      const bool moving = !self->output_ended_ && self->queue_.total_sent() != self->progress_;
      self->progress_ = self->queue_.total_sent();
      if (moving) return self->ArmLinger();
      self->Finish(absl::OkStatus());
    });
  }

  // Callbacks never run inside a call of the user.
  void FailLater(absl::Status status) {
    queue_.Clear();
    loop_.Post([self = shared_from_this(), status = std::move(status)] { self->Finish(status); });
  }

  void Finish(absl::Status status) {
    if (std::exchange(closed_, true)) return;
    const auto self = shared_from_this();
    error_code ignored;
    socket_.close(ignored);
    loop_.Remove(this);
    queue_.Clear();
    linger_ = nullptr;
    const auto callbacks = std::exchange(callbacks_, nullptr);
    if (callbacks && callbacks->on_close) {
      callbacks->on_close(closing_ ? absl::CancelledError("closed") : std::move(status));
    }
    if (Task on_end = std::exchange(on_end_, nullptr)) on_end();
  }

  asio::ip::tcp::socket socket_;
  AsioEventLoop& loop_;
  const StreamOptions options_;
  Task on_end_;
  const std::string remote_address_;
  // Shared, so that a callback outlives its own call when it detaches the stream.
  std::shared_ptr<ByteStream::Callbacks> callbacks_;
  std::vector<char> buffer_;
  std::optional<Held> held_;
  WriteQueue queue_;
  Task move_;  // due when nothing is under way
  uint64_t progress_ = 0;
  std::unique_ptr<Timer> linger_;
  bool reading_ = false;
  bool read_pending_ = false;
  bool write_pending_ = false;
  bool flush_posted_ = false;
  bool closing_ = false;
  bool output_ended_ = false;
  bool closed_ = false;
};

class SocketStream final : public ByteStream {
 public:
  explicit SocketStream(std::shared_ptr<Socket> socket) : socket_(std::move(socket)) {}

  ~SocketStream() override {
    if (socket_ == nullptr) return;
    AsioEventLoop& loop = socket_->loop();
    if (loop.InLoopThread()) {
      socket_->Abort();
    } else {
      loop.Post([socket = std::move(socket_)] { socket->Abort(); });
    }
  }

  void Start(Callbacks callbacks) override { socket_->Start(std::move(callbacks)); }
  void Detach() override { socket_->Detach(); }
  void PauseReading() override { socket_->SetReading(false); }
  void ResumeReading() override { socket_->SetReading(true); }
  void Write(SharedBytes bytes) override { socket_->Write(std::move(bytes)); }
  void Flush() override { socket_->Flush(); }
  size_t queued_bytes() const override { return socket_->queued_bytes(); }
  uint64_t sent_bytes() const override { return socket_->sent_bytes(); }
  void Close() override { socket_->Close(); }
  void Abort() override { socket_->Abort(); }
  bool closed() const override { return socket_->closed(); }
  const std::string& remote_address() const override { return socket_->remote_address(); }
  EventLoop& loop() override { return socket_->loop(); }
  void MoveTo(EventLoop& loop, Moved done) override {
    // All loops of the process are Asio's, see EventLoops.
    std::exchange(socket_, nullptr)->MoveTo(static_cast<AsioEventLoop&>(loop), std::move(done));
  }

 private:
  std::shared_ptr<Socket> socket_;
};

std::shared_ptr<ByteStream> Socket::WrapSocket(std::shared_ptr<Socket> socket) {
  return std::make_shared<SocketStream>(std::move(socket));
}

}  // namespace

std::shared_ptr<ByteStream> MakeSocketStream(asio::ip::tcp::socket socket, AsioEventLoop& loop,
                                             const StreamOptions& options, Task on_end) {
  return std::make_shared<SocketStream>(
      std::make_shared<Socket>(std::move(socket), loop, options, std::move(on_end)));
}

}  // namespace sail::gateway
