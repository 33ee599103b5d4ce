// The page: records arrive over the official Sails client, and stay right as others change them on any gateway.
//
// GET /user over the socket both reads the users and subscribes this socket to them. Changes made by others come as
// events named after the model; changes made here are not echoed, so their answers are applied directly.
'use strict';

(() => {
  const ICONS = { cat: '🐈', dog: '🐕', bird: '🐦' };
  const MAX_USERS = 100;
  const MAX_EVENTS = 50;

  const byId = (id) => document.getElementById(id);
  const socket = io.socket;
  const users = new Map();      // id → {id, name, email, pets: Map(id → pet)}
  let waiting = null;           // events that arrive while the list is being read; null while it is not

  // Connection.

  function showConnection(state, text) {
    byId('connection').dataset.state = state;
    byId('connection-text').textContent = text;
    for (const control of document.querySelectorAll('main button')) control.disabled = state !== 'connected';
  }

  // The next gateway listens one port up; a page opened by that link finds its way back by ?peer=.
  function showPeer() {
    const own = Number(location.port);
    if (!own) return;  // behind a load balancer there is one address for all gateways
    const asked = Number(new URLSearchParams(location.search).get('peer'));
    const port = asked > 0 && asked < 65536 && asked !== own ? asked : own + 1;
    const link = byId('peer');
    link.href = `${location.protocol}//${location.hostname}:${port}/?peer=${own}`;
    link.textContent = `Open this page on gateway ${location.hostname}:${port}`;
    link.hidden = false;
  }

  // Requests.

  function explain(body, status) {
    if (status === 0) return 'The connection was lost before the answer came. Please try again.';
    if (body && body.code === 'E_UNIQUE') return `Somebody already has that ${body.attrNames.join(', ')}.`;
    if (body && body.details) return body.details;
    return `The server answered ${status}.`;
  }

  // Resolves to the body, or to undefined after showing what went wrong.
  function request(method, url, data) {
    return new Promise((resolve) => {
      socket.request({ method, url, data }, (body, jwr) => {
        const failed = jwr.statusCode < 200 || jwr.statusCode > 299;
        byId('problem').hidden = !failed;
        byId('problem').textContent = failed ? explain(body, jwr.statusCode) : '';
        resolve(failed ? undefined : body);
      });
    });
  }

  async function load() {
    waiting = [];
    const list = await request('get', '/user', { limit: MAX_USERS, sort: 'id DESC' });
    const missed = waiting;
    waiting = null;
    if (!list) return;
    users.clear();
    for (const record of list) putUser(record);
    renderAll();
    missed.forEach(([model, event]) => apply(model, event));
  }

  // State.

  function putUser(record) {
    const known = users.get(record.id);
    const pets = Array.isArray(record.pets)
      ? new Map(record.pets.map((pet) => [pet.id, pet]))
      : (known ? known.pets : new Map());
    users.set(record.id, { ...known, ...record, pets });
  }

  function putPet(pet) {
    const owner = pet.owner && typeof pet.owner === 'object' ? pet.owner.id : pet.owner;
    dropPet(pet.id, owner);
    const user = users.get(owner);
    if (!user) return;
    user.pets.set(pet.id, { ...user.pets.get(pet.id), ...pet });
    renderUser(owner);
  }

  // Takes a pet away from everybody but keptBy.
  function dropPet(id, keptBy) {
    for (const user of users.values()) {
      if (user.id !== keptBy && user.pets.delete(id)) renderUser(user.id);
    }
  }

  function findPet(id) {
    for (const user of users.values()) if (user.pets.has(id)) return user.pets.get(id);
    return undefined;
  }

  // Events.

  function received(model, event) {
    note(model, event);
    if (waiting) waiting.push([model, event]);
    else apply(model, event);
  }

  function apply(model, event) {
    if (model === 'user') applyToUser(event);
    else applyToPet(event);
  }

  async function applyToUser(event) {
    const user = users.get(event.id);
    if (event.verb === 'created') {
      putUser(event.data);
      renderUser(event.id);
    } else if (event.verb === 'destroyed') {
      users.delete(event.id);
      renderUser(event.id);
    } else if (event.verb === 'updated' && user) {
      putUser({ ...event.data, id: event.id });
      renderUser(event.id);
    } else if (event.verb === 'removedFrom' && user && event.attribute === 'pets') {
      if (user.pets.delete(event.removedId)) renderUser(event.id);
    } else if (event.verb === 'addedTo' && user && event.attribute === 'pets') {
      // The event says which pet; reading it also subscribes to it.
      const pet = await request('get', `/pet/${event.addedId}`);
      if (pet) putPet(pet);
    }
  }

  function applyToPet(event) {
    if (event.verb === 'destroyed') {
      dropPet(event.id, undefined);
    } else if (event.verb === 'created') {
      putPet(event.data);
    } else if (event.verb === 'updated') {
      const pet = { ...event.previous, ...findPet(event.id), ...event.data, id: event.id };
      if (pet.name !== undefined) putPet(pet);
    }
  }

  function describe(model, event) {
    const before = users.get(event.id);
    const named = (event.data && event.data.name) || (event.previous && event.previous.name)
      || (model === 'user' && before && before.name) || `#${event.id}`;
    switch (event.verb) {
      case 'addedTo': return `${event.attribute} #${event.addedId} added to ${model} ${named}`;
      case 'removedFrom': return `${event.attribute} #${event.removedId} removed from ${model} ${named}`;
      default: return `${model} ${named} ${event.verb}`;
    }
  }

  function note(model, event) {
    const item = document.createElement('li');
    const verb = document.createElement('span');
    const time = document.createElement('time');
    const now = new Date();
    item.dataset.verb = event.verb;
    item.dataset.model = model;
    verb.textContent = describe(model, event);
    time.dateTime = now.toISOString();
    time.textContent = now.toLocaleTimeString();
    item.append(verb, time);
    const list = byId('events');
    list.prepend(item);
    while (list.children.length > MAX_EVENTS) list.lastElementChild.remove();
  }

  // View.

  function cardOf(id) {
    return document.querySelector(`#users > [data-user-id="${Number(id)}"]`);
  }

  function renderAll() {
    for (const card of [...byId('users').children]) {
      if (!users.has(Number(card.dataset.userId))) card.remove();
    }
    for (const id of [...users.keys()].sort((a, b) => a - b)) renderUser(id, true);
    renderCount();
  }

  function renderCount() {
    byId('count').textContent = users.size;
    byId('empty').hidden = users.size > 0;
  }

  // Brings one card in line with the state. What somebody is typing into its forms stays.
  function renderUser(id, quiet) {
    const user = users.get(id);
    let card = cardOf(id);
    if (!user) {
      if (card) card.remove();
      renderCount();
      return;
    }
    if (!card) {
      card = makeCard(id);
      byId('users').prepend(card);
    }
    card.querySelector('.name').textContent = user.name;
    card.querySelector('.meta').textContent = user.email ? `#${id} · ${user.email}` : `#${id}`;
    card.querySelector('.rename').setAttribute('aria-label', `Rename ${user.name}`);
    card.querySelector('.delete').setAttribute('aria-label', `Delete ${user.name}`);
    card.querySelector('.pets').replaceChildren(...[...user.pets.values()].map(makePet));
    if (!quiet) {
      renderCount();
      card.classList.remove('changed');
      void card.offsetWidth;  // restarts the highlight
      card.classList.add('changed');
    }
  }

  function makePet(pet) {
    const item = byId('pet-template').content.firstElementChild.cloneNode(true);
    item.dataset.petId = pet.id;
    item.title = `${pet.kind} #${pet.id}`;
    item.querySelector('.icon').textContent = ICONS[pet.kind] || '🐾';
    item.querySelector('.pet-name').textContent = pet.name;
    const remove = item.querySelector('.remove-pet');
    remove.setAttribute('aria-label', `Delete pet ${pet.name}`);
    remove.addEventListener('click', async () => {
      if (await request('delete', `/pet/${pet.id}`)) dropPet(pet.id, undefined);
    });
    return item;
  }

  function makeCard(id) {
    const card = byId('user-template').content.firstElementChild.cloneNode(true);
    const renameForm = card.querySelector('.rename-form');
    const petForm = card.querySelector('.add-pet');
    const closeRename = () => {
      renameForm.hidden = true;
      card.querySelector('.rename').focus();
    };
    card.dataset.userId = id;

    card.querySelector('.rename').addEventListener('click', () => {
      renameForm.hidden = false;
      renameForm.elements.name.value = users.get(id).name;
      renameForm.elements.name.select();
    });
    renameForm.querySelector('.cancel').addEventListener('click', closeRename);
    renameForm.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') closeRename();
    });
    renameForm.addEventListener('submit', async (event) => {
      event.preventDefault();
      const record = await request('patch', `/user/${id}`, { name: renameForm.elements.name.value.trim() });
      if (!record) return;
      putUser(record);
      renderUser(id);
      closeRename();
    });
    card.querySelector('.delete').addEventListener('click', async () => {
      if (!await request('delete', `/user/${id}`)) return;
      users.delete(id);
      renderUser(id);
      byId('records').focus();
    });
    petForm.addEventListener('submit', async (event) => {
      event.preventDefault();
      const { name, kind } = petForm.elements;
      const pet = await request('post', '/pet', { name: name.value.trim(), kind: kind.value, owner: id });
      if (!pet) return;
      putPet(pet);
      name.value = '';
      name.focus();
    });
    return card;
  }

  byId('add-user').addEventListener('submit', async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const values = { name: form.elements.name.value.trim(), email: form.elements.email.value.trim() };
    const record = await request('post', '/user', values);
    if (!record) return;
    putUser(record);
    renderUser(record.id);
    form.reset();
    form.elements.name.focus();
  });

  function connected() {
    showConnection('connected', 'Connected to gateway');
    load();
  }

  byId('gateway').textContent = location.host;
  showConnection('connecting', 'Connecting to gateway');
  showPeer();
  socket.on('connect', connected);
  socket.on('disconnect', () => showConnection('disconnected', 'Lost, trying again: gateway'));
  socket.on('user', (event) => received('user', event));
  socket.on('pet', (event) => received('pet', event));
  if (socket.isConnected()) connected();  // a gateway this near may answer before this script is there
})();
