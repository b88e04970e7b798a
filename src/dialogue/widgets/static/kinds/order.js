// Put in order by moving: two buttons and a menu of places for each, and focus goes along.

KINDS.order = {
  grade(item, response) {
    const { events } = item;
    const whole = Array.isArray(response) && response.length === events.length
      && response.every((i) => isIndex(i, events.length)) && new Set(response).size === events.length;
    if (!whole) return outcome("unanswered");
    const sameDay = (a, b) => events[a].date !== "" && events[a].date === events[b].date;
    let hits = 0, all = 0;
    response.forEach((one, i) => response.slice(i + 1).forEach((other) => {
      all += 1;
      if (one < other || sameDay(one, other)) hits += 1;
    }));
    const comments = response.map((event, place) => ({ about: event, right: place === event || sameDay(place, event), say: [] }));
    for (const mistake of item.mistakes) {
      if (response.indexOf(mistake.first) < response.indexOf(mistake.then)) comments.push({ about: null, right: false, say: mistake.say });
    }
    return outcome(hits === all ? "right" : hits ? "partly" : "wrong", hits / all, comments, all - hits);
  },

  control(item, strings, uid) {
    const total = item.events.length;
    const list = make("ol", { class: "dq-order" });
    const told = make("p", { class: "dq-told", role: "status", "aria-live": "polite" });
    let order = [...item.start], moved = false;
    const rows = item.events.map((event, i) => {
      const what = event.name;
      const mark = make("span", { class: "dq-mark", id: `${uid}-${i}-mark` });
      const up = make("button", { type: "button", "aria-label": say(strings, "up", { what }) }, "↑");
      const down = make("button", { type: "button", "aria-label": say(strings, "down", { what }) }, "↓");
      const place = make("select", { "aria-label": say(strings, "place_of", { what }), "aria-describedby": mark.id },
        ...item.events.map((_, n) => make("option", { value: n }, String(n + 1))));
      const row = make("li", { class: "dq-event", "data-event": i }, place, make("span", { class: "dq-text", dir: "auto" }, ...growInline(event.text)), up, down, mark);
      up.addEventListener("click", () => move(i, order.indexOf(i) - 1, up));
      down.addEventListener("click", () => move(i, order.indexOf(i) + 1, down));
      place.addEventListener("change", () => move(i, Number(place.value), place));
      return { row, mark, up, down, place };
    });
    function draw() {
      // Rows are moved one by one and only where they must: an element that stays keeps its focus.
      order.forEach((event, n) => {
        const { row, up, down, place } = rows[event];
        if (list.children[n] !== row) list.insertBefore(row, list.children[n] ?? null);
        place.value = String(n);
        up.setAttribute("aria-disabled", String(n === 0));
        down.setAttribute("aria-disabled", String(n === total - 1));
      });
    }
    function move(event, to, control) {
      if (to < 0 || to >= total) return;
      order = order.filter((other) => other !== event);
      order.splice(to, 0, event);
      moved = true;
      draw();
      control.focus();
      told.textContent = say(strings, "moved", { what: item.events[event].name, n: to + 1, total });
    }
    draw();
    return {
      node: [list, told],
      instruction: say(strings, "put_in_order"),
      read: () => (moved ? [...order] : null),
      write(response) {
        const whole = Array.isArray(response) && response.length === total && new Set(response).size === total && response.every((i) => isIndex(i, total));
        order = whole ? [...response] : [...item.start];
        moved = whole;
        told.textContent = "";
        draw();
      },
      mark(found) {
        rows.forEach((r, i) => {
          const comment = found?.comments.find((c) => c.about === i);
          setMark(strings, r.row, r.mark, comment ? (comment.right ? "right" : "wrong") : "", comment ? say(strings, comment.right ? "place_right" : "place_wrong") : "");
        });
      },
      name: () => "",
    };
  },
};
