#include "services/pubsub/redis_history.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include "services/pubsub/cluster_broadcast.h"
#include "services/pubsub/history_claim.lua.h"
#include "services/pubsub/history_mark.lua.h"
#include "services/pubsub/history_read.lua.h"

namespace sail::pubsub {
namespace {

using platform::redis::Reply;
using platform::redis::Script;

// Streams in one script's run, so that none holds Redis up.
constexpr size_t kPart = 128;

const Script& MarkScript() {
  static const auto* script = new Script(kHistoryMarkLua);
  return *script;
}

const Script& ReadScript() {
  static const auto* script = new Script(kHistoryReadLua);
  return *script;
}

// The number in front, of "17-0" as of "17".
Position ParsePosition(const std::string& text) {
  Position position = 0;
  std::from_chars(text.data(), text.data() + text.size(), position);
  return position;
}

}  // namespace

// One Read on its way through its parts.
struct RedisHistory::Reading {
  HistoryRead read;
  OnPage done;
  size_t at = 0;  // rooms that have been read
  HistoryPage page;
};

RedisHistory::RedisHistory(platform::redis::Client& client, ChannelNames names, HistoryOptions options,
                           absl::Duration timeout, platform::metrics::Registry& registry)
    : client_(client),
      names_(std::move(names)),
      options_(options),
      timeout_(timeout),
      reads_(registry.AddCounter("sail_pubsub_history_reads_total", "Times that history was read.")),
      too_old_(registry.AddCounter("sail_pubsub_history_too_short_total",
                                   "Times that history did not reach back to where it was read from.")) {}

std::vector<std::string> RedisHistory::OnConnect(const ChannelNames& names) {
  return {"EVAL", kHistoryClaimLua, "1", names.HistoryHead()};
}

std::vector<const Script*> RedisHistory::Scripts() { return {&MarkScript(), &ReadScript()}; }

void RedisHistory::Mark(const std::string& channel, uint64_t name) {
  client_.Run(MarkScript(), {names_.HistoryHead()}, {channel, std::to_string(name)}, timeout_,
              [](const absl::StatusOr<Reply>&) {});
}

void RedisHistory::Read(HistoryRead read, OnPage done) {
  reads_->Increment();
  auto reading = std::make_shared<Reading>();
  reading->read = std::move(read);
  reading->done = std::move(done);
  ReadPart(reading);
}

void RedisHistory::ReadPart(const std::shared_ptr<Reading>& reading) {
  const HistoryRead& read = reading->read;
  const bool first = reading->at == 0;
  std::vector<std::string> keys = {names_.HistoryHead()};
  if (!read.pid.empty()) keys.push_back(names_.Session(read.pid));
  const size_t end = std::min(read.rooms.size(), reading->at + kPart);
  std::vector<std::string> namespaces;
  for (; reading->at < end; ++reading->at) {
    keys.push_back(names_.History(read.rooms[reading->at].channel));
    namespaces.push_back(read.rooms[reading->at].ns);
  }
  std::vector<std::string> args = {
      read.after == 0 ? "" : std::to_string(read.after),
      first ? "" : std::to_string(reading->page.position),
      std::to_string(read.most_messages),
      std::to_string(read.most_bytes),
      std::to_string(absl::ToInt64Milliseconds(options_.kept)),
      read.pid.empty() ? "" : std::to_string(read.generation),
  };
  client_.Run(ReadScript(), std::move(keys), std::move(args), timeout_,
              [this, reading, namespaces = std::move(namespaces)](absl::StatusOr<Reply> reply) {
                if (!reply.ok()) return reading->done(reply.status());
                const auto& parts = reply->elements;
                if (parts.empty() || parts[0].integer < 0) {
                  return reading->done(absl::AbortedError("the session has been taken over"));
                }
                HistoryPage& page = reading->page;
                page.position = ParsePosition(parts.size() > 1 ? parts[1].text : "");
                page.reaches_back = parts[0].integer == 1 && parts.size() == 4;
                if (!page.reaches_back) {
                  too_old_->Increment();
                  page.operations.clear();
                  return reading->done(std::move(page));
                }
                page.more |= parts[2].integer != 0;
                for (size_t stream = 0; stream < parts[3].elements.size(); ++stream) {
                  const auto& messages = parts[3].elements[stream].elements;
                  for (size_t i = 0; i + 1 < messages.size(); i += 2) {
                    absl::StatusOr<v1::Operation> operation =
                        DecodeBroadcast(messages[i + 1].text, namespaces[stream]);
                    if (!operation.ok()) continue;  // its readers could not make anything of it, either
                    operation->set_seq(ParsePosition(messages[i].text));
                    page.operations.push_back(std::make_shared<v1::Operation>(*std::move(operation)));
                  }
                }
                if (reading->at < reading->read.rooms.size()) return ReadPart(reading);
                Finish(reading);
              });
}

void RedisHistory::Finish(const std::shared_ptr<Reading>& reading) {
  HistoryPage& page = reading->page;
  auto& operations = page.operations;
  const auto by_seq = [](const auto& a, const auto& b) { return a->seq() < b->seq(); };
  const auto same = [](const auto& a, const auto& b) { return a->seq() == b->seq(); };
  std::sort(operations.begin(), operations.end(), by_seq);
  operations.erase(std::unique(operations.begin(), operations.end(), same), operations.end());
  // A stream that was cut short ends the page for all of them.
  size_t size = 0;
  int64_t bytes = 0;
  for (; size < operations.size() && operations[size]->seq() <= page.position; ++size) {
    if (static_cast<int64_t>(size) == reading->read.most_messages || bytes >= reading->read.most_bytes) {
      page.position = operations[size - 1]->seq();
      page.more = true;
      break;
    }
    bytes += static_cast<int64_t>(operations[size]->ByteSizeLong());
  }
  operations.resize(size);
  reading->done(std::move(page));
}

}  // namespace sail::pubsub
