#include "platform/redis/connection.h"

#include <utility>

#include "platform/redis/command.h"

namespace sail::platform::redis {

std::shared_ptr<Connection> Connection::Open(EventLoop& loop, const ConnectionOptions& options,
                                             const std::vector<std::string>& preamble, Handlers handlers) {
  std::shared_ptr<Connection> connection(new Connection(loop, options, std::move(handlers)));
  connection->Start(preamble);
  return connection;
}

Connection::Connection(EventLoop& loop, const ConnectionOptions& options, Handlers handlers)
    : loop_(loop),
      options_(options),
      handlers_(std::move(handlers)),
      connect_timer_(loop),
      buffer_(64 << 10) {}

void Connection::Start(const std::vector<std::string>& preamble) {
  const auto add = [this](std::vector<std::string> args) {
    handshake_ += FormatCommand(args);
    ++handshake_awaited_;
  };
  const RedisUrl& url = options_.url;
  if (!url.password.empty()) {
    if (url.user.empty()) {
      add({"AUTH", url.password});
    } else {
      add({"AUTH", url.user, url.password});
    }
  }
  if (url.database != 0) add({"SELECT", std::to_string(url.database)});
  // Asks for nothing, and shows a server that still loads its data or wants a password.
  add({"PING"});
  handshake_checked_ = handshake_awaited_;
  if (!options_.client_name.empty()) add({"CLIENT", "SETNAME", options_.client_name});
  for (const std::string& command : preamble) {
    handshake_ += command;
    ++handshake_awaited_;
  }

  absl::StatusOr<std::unique_ptr<ByteStream>> stream = MakeByteStream(loop_, url, options_.ca_file);
  if (!stream.ok()) {
    loop_.Post([self = shared_from_this(), status = stream.status()] { self->Fail(status); });
    return;
  }
  stream_ = *std::move(stream);
  connect_timer_.Start(options_.connect_timeout, [self = weak_from_this()] {
    if (auto connection = self.lock())
      connection->Fail(absl::UnavailableError("Redis: no answer to connecting in time"));
  });
  stream_->Connect([self = shared_from_this()](absl::Status status) {
    if (self->closed_) return;
    if (!status.ok()) {
      self->Fail(std::move(status));
      return;
    }
    self->OnConnected();
  });
}

void Connection::OnConnected() {
  collecting_ = std::move(handshake_);
  Write();
  Read();
}

void Connection::Send(std::string_view wire) {
  if (closed_) return;
  collecting_ += wire;
  if (flush_posted_ || !writing_.empty()) return;
  flush_posted_ = true;
  loop_.Post([self = shared_from_this()] { self->Flush(); });
}

void Connection::Flush() {
  flush_posted_ = false;
  if (!closed_ && writing_.empty() && !collecting_.empty()) Write();
}

void Connection::Write() {
  writing_.swap(collecting_);
  stream_->Write(writing_, [self = shared_from_this()](absl::Status status) {
    if (self->closed_) return;
    if (!status.ok()) {
      self->Fail(std::move(status));
      return;
    }
    self->writing_.clear();
    if (!self->collecting_.empty()) self->Write();
  });
}

void Connection::Read() {
  stream_->Read(buffer_.data(), buffer_.size(), [self = shared_from_this()](absl::StatusOr<size_t> count) {
    if (self->closed_) return;
    if (!count.ok()) {
      self->Fail(count.status());
      return;
    }
    self->OnBytes(std::string_view(self->buffer_.data(), *count));
    if (!self->closed_) self->Read();
  });
}

void Connection::OnBytes(std::string_view bytes) {
  reader_.Feed(bytes);
  // A handler may close the connection.
  while (!closed_) {
    Reply reply;
    const absl::StatusOr<bool> got = reader_.Next(&reply);
    if (!got.ok()) {
      Fail(absl::UnavailableError(std::string(got.status().message().data(), got.status().message().size())));
      return;
    }
    if (!*got) return;
    if (ready_) {
      handlers_.on_reply(std::move(reply));
    } else {
      OnHandshakeReply(reply);
    }
  }
}

void Connection::OnHandshakeReply(const Reply& reply) {
  if (reply.is_error() && handshake_answered_ < handshake_checked_) {
    Fail(absl::UnavailableError("Redis refused the connection: " + reply.text));
    return;
  }
  ++handshake_answered_;
  if (--handshake_awaited_ > 0) return;
  ready_ = true;
  connect_timer_.Cancel();
  handlers_.on_ready();
}

void Connection::Fail(absl::Status status) {
  if (closed_) return;
  auto on_closed = std::move(handlers_.on_closed);
  Close();
  on_closed(std::move(status));
}

void Connection::Close() {
  if (closed_) return;
  closed_ = true;
  connect_timer_.Cancel();
  if (stream_ != nullptr) stream_->Close();
  // Not while one of them runs: they go with the connection.
}

}  // namespace sail::platform::redis
