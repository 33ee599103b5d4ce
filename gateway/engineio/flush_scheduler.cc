#include "gateway/engineio/flush_scheduler.h"

namespace sail::gateway::engineio {

Flushable::~Flushable() {
  if (place_ == kNowhere) return;
  // In FlushAll an entry is taken out before its turn, so a scheduled object is in waiting_ or still ahead in
  // flushing_.
  auto& waiting = scheduler_->waiting_;
  auto& flushing = scheduler_->flushing_;
  if (place_ < waiting.size() && waiting[place_] == this) waiting[place_] = nullptr;
  if (place_ < flushing.size() && flushing[place_] == this) flushing[place_] = nullptr;
}

FlushScheduler::~FlushScheduler() {
  *alive_ = false;
  for (Flushable* const flushable : waiting_) {
    if (flushable != nullptr) flushable->place_ = Flushable::kNowhere;
  }
}

void FlushScheduler::ScheduleFlush(Flushable* flushable) {
  if (flushable->place_ != Flushable::kNowhere) return;
  flushable->scheduler_ = this;
  flushable->place_ = waiting_.size();
  waiting_.push_back(flushable);
  if (waiting_.size() > 1) return;
  loop_->Post([this, alive = alive_] {
    if (*alive) FlushAll();
  });
}

void FlushScheduler::FlushAll() {
  flushing_.swap(waiting_);
  for (Flushable*& entry : flushing_) {
    if (entry == nullptr) continue;
    Flushable* const flushable = entry;
    entry = nullptr;
    flushable->place_ = Flushable::kNowhere;
    flushable->Flush();
  }
  flushing_.clear();
}

}  // namespace sail::gateway::engineio
