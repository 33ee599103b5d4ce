#include "platform/postgres/attendant.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace sail::platform::postgres {

Attendant::Attendant(std::string url) : url_(std::move(url)), thread_([this] { Run(); }) {}

Attendant::~Attendant() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    if (connection_ != nullptr) connection_->Interrupt();
  }
  changed_.notify_all();
  thread_.join();
}

void Attendant::Probe(absl::Duration interval) {
  {
    std::lock_guard lock(mutex_);
    if (!tasks_.empty() || waiting_since_ || absl::Now() - last_answer_ < interval) return;
    tasks_.emplace_back();
  }
  changed_.notify_all();
}

std::optional<absl::Time> Attendant::waiting_since() const {
  std::lock_guard lock(mutex_);
  return waiting_since_;
}

void Attendant::Cancel(int backend_pid, std::function<bool()> begin, std::function<void()> end) {
  {
    std::lock_guard lock(mutex_);
    tasks_.push_back({backend_pid, std::move(begin), std::move(end)});
  }
  changed_.notify_all();
}

void Attendant::Interrupt() {
  std::lock_guard lock(mutex_);
  interrupted_ = true;
  if (connection_ != nullptr) connection_->Interrupt();
}

void Attendant::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
    if (stopping_) return;
    const Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    const bool wanted = task.begin == nullptr || task.begin();
    lock.lock();
    if (!wanted) continue;
    waiting_since_ = absl::Now();
    Ask(lock, task.backend_pid == 0
                  ? "SELECT 1"
                  : absl::StrCat("SET client_min_messages = error; SELECT pg_cancel_backend(",
                                 task.backend_pid, ")"));
    waiting_since_.reset();
    last_answer_ = absl::Now();
    if (task.end == nullptr) continue;
    lock.unlock();
    task.end();
    lock.lock();
  }
}

// With the lock, which it lets go meanwhile. That it fails is no matter: the jobs' own connections tell.
void Attendant::Ask(std::unique_lock<std::mutex>& lock, const std::string& statement) {
  interrupted_ = false;
  for (int attempt = 0; attempt < 2 && !stopping_ && !interrupted_; ++attempt) {
    if (connection_ == nullptr) {
      lock.unlock();
      absl::StatusOr<std::unique_ptr<Connection>> opened = Connection::Open(url_);
      lock.lock();
      if (!opened.ok()) return;
      connection_ = *std::move(opened);
      if (stopping_ || interrupted_) return;
    }
    lock.unlock();
    connection_->ExecuteScript(statement).IgnoreError();
    lock.lock();
    if (!connection_->broken()) return;
    connection_.reset();  // it may have been cut while idle
  }
}

}  // namespace sail::platform::postgres
