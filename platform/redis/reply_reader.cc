#include "platform/redis/reply_reader.h"

#include <hiredis/read.h>

#include <string>
#include <utility>

namespace sail::platform::redis {
namespace {

// The library builds a reply top down. A child is the last element of its parent's vector and complete before
// its next sibling is appended, so the pointers that the library keeps on its stack stay valid although the
// vectors grow.
Reply* Place(const redisReadTask* task) {
  if (task->parent == nullptr) return new Reply();
  return &static_cast<Reply*>(task->parent->obj)->elements.emplace_back();
}

void* CreateString(const redisReadTask* task, char* text, size_t size) {
  Reply* reply = Place(task);
  reply->type = task->type == REDIS_REPLY_ERROR    ? Reply::Type::kError
                : task->type == REDIS_REPLY_STATUS ? Reply::Type::kStatus
                                                   : Reply::Type::kString;
  reply->text.assign(text, size);
  return reply;
}

void* CreateArray(const redisReadTask* task, int) {
  // No reservation: the announced number of elements is the peer's word.
  Reply* reply = Place(task);
  reply->type = Reply::Type::kArray;
  return reply;
}

void* CreateInteger(const redisReadTask* task, long long value) {
  Reply* reply = Place(task);
  reply->type = Reply::Type::kInteger;
  reply->integer = value;
  return reply;
}

void* CreateNil(const redisReadTask* task) { return Place(task); }

void FreeReply(void* reply) { delete static_cast<Reply*>(reply); }

redisReplyObjectFunctions functions = {CreateString, CreateArray, CreateInteger, CreateNil, FreeReply};

}  // namespace

void ReplyReader::Free::operator()(redisReader* reader) const { redisReaderFree(reader); }

ReplyReader::ReplyReader(size_t max_reply_bytes)
    : reader_(redisReaderCreateWithFunctions(&functions)), max_reply_bytes_(max_reply_bytes) {
  // The buffer is kept up to this size, so that replies of usual size do not allocate it anew.
  if (reader_ != nullptr) reader_->maxbuf = 1 << 20;
}

ReplyReader::~ReplyReader() = default;

void ReplyReader::Feed(std::string_view bytes) {
  if (reader_ == nullptr) return;
  bytes_of_reply_ += bytes.size();
  redisReaderFeed(reader_.get(), bytes.data(), bytes.size());
}

absl::StatusOr<bool> ReplyReader::Next(Reply* reply) {
  if (reader_ == nullptr) return absl::InternalError("Redis reply: out of memory");
  void* object = nullptr;
  if (redisReaderGetReply(reader_.get(), &object) != 0) {
    return absl::InternalError(std::string("Redis reply: ") + redisReaderGetError(reader_.get()));
  }
  if (object == nullptr) {
    if (bytes_of_reply_ > max_reply_bytes_) return absl::InternalError("Redis reply: too large");
    return false;
  }
  bytes_of_reply_ = reader_->len - reader_->pos;
  std::unique_ptr<Reply> owned(static_cast<Reply*>(object));
  *reply = std::move(*owned);
  return true;
}

}  // namespace sail::platform::redis
