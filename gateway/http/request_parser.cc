#include "gateway/http/request_parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <utility>

#include "gateway/http/ascii.h"
#include "gateway/http/request_target.h"
#include "platform/json/utf8.h"

namespace sail::gateway {
namespace {

namespace http = boost::beast::http;
using Error = boost::beast::error_code;

// Of one request: the text of all chunk extensions, and a chunk's line or the trailers while they are
// incomplete.
constexpr size_t kMaxChunkExtensionBytes = 16 * 1024;
constexpr size_t kMaxUnusedBodyBytes = 16 * 1024;
// A body grows with the bytes that arrive, whatever length its head announces.
constexpr size_t kMaxBodyReserve = 64 * 1024;

std::string_view View(boost::beast::string_view text) { return {text.data(), text.size()}; }

// As Node reads header values: a byte is a Latin-1 character. The result is valid UTF-8.
std::string Latin1ToUtf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text.push_back(c);
    } else {
      text.push_back(static_cast<char>(0xC0 | (byte >> 6)));
      text.push_back(static_cast<char>(0x80 | (byte & 0x3F)));
    }
  }
  return text;
}

bool IsHost(std::string_view value) { return value.find_first_of(" \t,/?#@\\") == std::string_view::npos; }

bool IsDigits(std::string_view value) {
  return !value.empty() &&
         std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

class RequestParser::Message final : public http::basic_parser<true> {
 public:
  explicit Message(const RequestLimits& limits) : limits_(limits) {
    eager(true);
    // The head has been measured before it comes here, and the body's limit is known only after the head.
    header_limit(static_cast<std::uint32_t>(limits.max_head_bytes + 1));
    body_limit(boost::none);
  }

  int status() const { return status_; }
  bool websocket() const { return websocket_; }
  bool expects_continue() const { return expects_continue_; }
  bool has_body() const { return chunked() || content_length().value_or(0) > 0; }
  const std::shared_ptr<HttpRequest>& request() const { return request_; }

 private:
  void Refuse(int status, Error& error) {
    status_ = status;
    error = http::make_error_code(http::error::bad_value);
  }

  void on_request_impl(http::verb, boost::beast::string_view method, boost::beast::string_view target,
                       int version, Error& error) override {
    request_->method = std::string(View(method));
    request_->version = version;
    if (target.size() > limits_.max_target_bytes) return Refuse(414, error);
    auto origin_form = ToOriginForm(request_->method, View(target));
    if (!origin_form) return Refuse(400, error);
    // Clients that do not escape send UTF-8, whatever Node makes of it.
    request_->target =
        platform::json::IsUtf8(*origin_form) ? *std::move(origin_form) : Latin1ToUtf8(*origin_form);
  }

  void on_field_impl(http::field field, boost::beast::string_view name, boost::beast::string_view value,
                     Error& error) override {
    if (in_body_) return;  // trailers: nothing here wants them
    if (request_->headers.size() == limits_.max_headers) return Refuse(431, error);
    const std::string_view text = TrimSpace(View(value));
    switch (field) {
      case http::field::content_length:
        if (std::exchange(has_length_, true) || has_coding_ || !IsDigits(text)) return Refuse(400, error);
        break;
      case http::field::transfer_encoding:
        if (std::exchange(has_coding_, true) || has_length_ || request_->version < 11)
          return Refuse(400, error);
        if (!EqualsIgnoreCase(text, "chunked")) return Refuse(501, error);
        break;
      case http::field::host:
        if (std::exchange(has_host_, true) || !IsHost(text)) return Refuse(400, error);
        break;
      case http::field::expect:
        if (!EqualsIgnoreCase(text, "100-continue")) return Refuse(417, error);
        expects_continue_ = request_->version >= 11;
        break;
      case http::field::upgrade:
        ForEachListItem(text, [this](std::string_view item) {
          names_websocket_ = names_websocket_ || EqualsIgnoreCase(item, "websocket");
        });
        break;
      default:
        break;
    }
    request_->headers.push_back({std::string(View(name)), Latin1ToUtf8(text)});
  }

  void on_header_impl(Error& error) override {
    if (!has_host_ && request_->version >= 11) return Refuse(400, error);
    request_->keep_alive = keep_alive();
    websocket_ =
        upgrade() && names_websocket_ && request_->method == "GET" && request_->version >= 11 && !has_body();
    in_body_ = true;
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Error&) override {
    request_->body.reserve(std::min<std::uint64_t>(length.value_or(0), kMaxBodyReserve));
  }

  std::size_t on_body_impl(boost::beast::string_view bytes, Error&) override {
    request_->body.append(bytes.data(), bytes.size());
    return bytes.size();
  }

  void on_chunk_header_impl(std::uint64_t, boost::beast::string_view extensions, Error& error) override {
    extension_bytes_ += extensions.size();
    if (extension_bytes_ > kMaxChunkExtensionBytes) Refuse(400, error);
  }

  std::size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view bytes, Error&) override {
    request_->body.append(bytes.data(), bytes.size());
    return bytes.size();
  }

  void on_finish_impl(Error&) override {}
  void on_response_impl(int, boost::beast::string_view, int, Error&) override {}

  const RequestLimits& limits_;
  std::shared_ptr<HttpRequest> request_ = std::make_shared<HttpRequest>();
  int status_ = 0;
  size_t extension_bytes_ = 0;
  bool has_length_ = false;
  bool has_coding_ = false;
  bool has_host_ = false;
  bool names_websocket_ = false;
  bool websocket_ = false;
  bool expects_continue_ = false;
  bool in_body_ = false;
};

RequestParser::RequestParser(const RequestLimits& limits,
                             absl::AnyInvocable<size_t(const HttpRequest&)> max_body_bytes)
    : limits_(limits), max_body_bytes_(std::move(max_body_bytes)) {}

RequestParser::~RequestParser() = default;

size_t RequestParser::Fail(int status) {
  state_ = State::kError;
  error_status_ = status;
  return 0;
}

size_t RequestParser::Feed(std::string_view bytes) {
  size_t used = 0;
  if (state_ == State::kIdle) {
    // RFC 9112 section 2.2: empty lines before a request are ignored.
    while (bytes.substr(used, 2) == "\r\n") used += 2;
    if (used == bytes.size() || bytes.substr(used) == "\r") return used;
    state_ = State::kHead;
    scanner_ = HeadScanner();
  }
  if (state_ == State::kHead) used += FeedHead(bytes.substr(used));
  if (state_ == State::kBody && used < bytes.size()) used += FeedBody(bytes.substr(used));
  return used;
}

size_t RequestParser::FeedHead(std::string_view bytes) {
  const size_t head = scanner_.Scan(bytes);
  if (scanner_.malformed()) return Fail(400);
  // The room beside the target is for the method and the version.
  if (scanner_.first_line_bytes() > limits_.max_target_bytes + 64) return Fail(414);
  if ((head == 0 ? bytes.size() : head) > limits_.max_head_bytes) return Fail(431);
  if (head == 0) return 0;

  message_ = std::make_unique<Message>(limits_);
  Error error;
  message_->put(boost::asio::const_buffer(bytes.data(), head), error);
  if (error) {
    if (message_->status() != 0) return Fail(message_->status());
    return Fail(error == http::error::bad_version && scanner_.names_other_version() ? 505 : 400);
  }
  if (message_->is_done()) {
    state_ = State::kDone;
    return head;
  }
  state_ = State::kBody;
  const size_t limit = max_body_bytes_(*message_->request());
  if (message_->content_length().value_or(0) > limit) return Fail(413);
  message_->body_limit(limit);
  return head;
}

size_t RequestParser::FeedBody(std::string_view bytes) {
  Error error;
  const size_t used = message_->put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  if (error == http::error::need_more) error = {};
  if (error == http::error::body_limit) return Fail(413);
  if (error || bytes.size() - used > kMaxUnusedBodyBytes) {
    if (error || !message_->is_done()) return Fail(message_->status() != 0 ? message_->status() : 400);
  }
  if (message_->is_done()) state_ = State::kDone;
  return used;
}

bool RequestParser::expects_continue() const {
  return state_ == State::kBody && message_->expects_continue();
}

size_t RequestParser::body_bytes() const {
  return state_ == State::kBody ? message_->request()->body.size() : 0;
}

bool RequestParser::is_websocket_upgrade() const { return state_ == State::kDone && message_->websocket(); }

std::shared_ptr<HttpRequest> RequestParser::TakeRequest() {
  std::shared_ptr<HttpRequest> request = message_->request();
  message_.reset();
  state_ = State::kIdle;
  return request;
}

}  // namespace sail::gateway
