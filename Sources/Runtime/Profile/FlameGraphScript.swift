/// What moves in a flame graph. It knows names as text only, never as markup.
enum FlameGraphScript {
  static let text = #"""
    "use strict";
    (function () {
      const here = document.currentScript;
      const svg = (here && here.ownerSVGElement) || document.documentElement;
      const element = id => svg.querySelector("#" + id);
      const area = element("frames"), details = element("details"), matched = element("matched");
      const reset = element("reset"), search = element("search");
      const units = 1e7, margin = 10, rowHeight = 16, space = "http://www.w3.org/2000/svg";

      const frames = Array.from(area.querySelectorAll("g")).map(group => {
        const [title, rect, text] = group.children;
        const full = title.textContent;
        const inUnits = name => Math.round(parseFloat(rect.getAttribute(name)) / 100 * units);
        return {
          group, rect, text, full, name: full.slice(0, full.lastIndexOf(" (")),
          x: inUnits("x"), w: inUnits("width"), y: Number(rect.getAttribute("y")),
        };
      });
      const byGroup = new Map(frames.map(frame => [frame.group, frame]));
      const bottom = frames.reduce((most, frame) => Math.max(most, frame.y), 0);
      const whole = { x: 0, w: units, y: bottom + rowHeight };
      let view = whole, selected = null, pattern = null;

      const holds = (outer, inner) => outer.x <= inner.x && outer.x + outer.w >= inner.x + inner.w;
      const characterWidth = (() => {
        const probe = document.createElementNS(space, "text");
        probe.textContent = "0".repeat(100);
        svg.appendChild(probe);
        const width = probe.getComputedTextLength() / 100;
        probe.remove();
        return width || 7.2;
      })();

      // As many letters of the name as there is room for.
      function write(frame, left, room) {
        if (!frame.text) {
          if (room < 3) return;
          frame.text = document.createElementNS(space, "text");
          frame.text.setAttribute("dx", 3);
          frame.text.setAttribute("y", frame.y + 11);
          frame.group.appendChild(frame.text);
        }
        frame.text.setAttribute("x", left * 100 + "%");
        const letters = Array.from(frame.name);
        frame.text.textContent =
          room < 3 ? "" : letters.length <= room ? frame.name : letters.slice(0, room - 2).join("") + "..";
      }

      function layOut() {
        const width = Math.max(svg.clientWidth || svg.getBoundingClientRect().width || 1200, 200) - 2 * margin;
        area.setAttribute("width", width);
        for (const frame of frames) {
          // What the box in view stands on is as wide as it.
          const below = frame.y > view.y && holds(frame, view);
          const above = frame.y <= view.y && frame.w > 0 && holds(view, frame);
          frame.group.classList.toggle("hidden", !below && !above);
          frame.group.classList.toggle("parent", below);
          if (!below && !above) continue;
          const left = below ? 0 : (frame.x - view.x) / view.w;
          const share = below ? 1 : frame.w / view.w;
          frame.rect.setAttribute("x", left * 100 + "%");
          frame.rect.setAttribute("width", share * 100 + "%");
          write(frame, left, Math.floor((share * width - 6) / characterWidth));
        }
        reset.classList.toggle("hidden", view === whole);
        showMatches();
      }

      function zoom(frame) {
        view = frame || whole;
        layOut();
      }

      const isShown = frame => !frame.group.classList.contains("hidden");

      const parent = frame => frames.find(other => other.y === frame.y + rowHeight && holds(other, frame)) || null;

      function select(frame) {
        if (selected) selected.group.classList.remove("selected");
        selected = frame;
        if (frame) {
          frame.group.classList.add("selected");
          frame.group.scrollIntoView({ block: "nearest" });
        }
        details.textContent = frame ? frame.full : " ";
      }

      // Searching

      function find() {
        const text = prompt("Search for functions (a regular expression):", pattern ? pattern.source : "");
        if (text === null) return;
        try {
          pattern = text === "" ? null : new RegExp(text);
        } catch (error) {
          pattern = null;
          details.textContent = String(error.message);
        }
        showMatches();
      }

      function showMatches() {
        const found = [];
        for (const frame of frames) {
          const matches = pattern !== null && pattern.test(frame.name);
          frame.group.classList.toggle("match", matches);
          if (matches && frame.y <= view.y && holds(view, frame)) found.push(frame);
        }
        search.textContent = pattern ? "Clear search" : "Search";
        if (!pattern) {
          matched.textContent = " ";
          return;
        }
        // A box above one that is counted is a part of it.
        found.sort((a, b) => a.x - b.x || b.w - a.w);
        let end = -1, sum = 0;
        for (const frame of found) {
          if (frame.x < end) continue;
          sum += frame.w;
          end = frame.x + frame.w;
        }
        matched.textContent = "Matched: " + (sum / view.w * 100).toFixed(2) + "%";
      }

      function toggleSearch() {
        if (!pattern) return find();
        pattern = null;
        showMatches();
      }

      // Pointer and keyboard

      area.addEventListener("click", event => {
        const frame = byGroup.get(event.target.closest("g"));
        if (frame) zoom(frame);
      });
      area.addEventListener("mouseover", event => {
        const frame = byGroup.get(event.target.closest("g"));
        details.textContent = frame ? frame.full : " ";
      });
      area.addEventListener("mouseout", () => { details.textContent = selected ? selected.full : " "; });
      reset.addEventListener("click", () => zoom(null));
      search.addEventListener("click", toggleSearch);

      const widest = list => list.reduce((best, frame) => !best || frame.w > best.w ? frame : best, null);

      function neighbour(key) {
        const shown = frames.filter(isShown);
        if (!selected || !isShown(selected)) return view === whole ? widest(shown.filter(f => f.y === bottom)) : view;
        const row = shown.filter(frame => frame.y === selected.y).sort((a, b) => a.x - b.x);
        switch (key) {
          case "ArrowUp": return widest(shown.filter(f => f.y === selected.y - rowHeight && holds(selected, f)));
          case "ArrowDown": return parent(selected);
          case "ArrowLeft": return row[row.indexOf(selected) - 1];
          case "ArrowRight": return row[row.indexOf(selected) + 1];
        }
      }

      window.addEventListener("keydown", event => {
        const isControl = event.ctrlKey || event.metaKey;
        if (event.key === "/" || event.key === "F3" || (isControl && event.key === "f")) {
          find();
        } else if (isControl || event.altKey) {
          return;
        } else if (event.key.startsWith("Arrow")) {
          select(neighbour(event.key) || selected);
        } else if (event.key === "Enter" || event.key === " ") {
          if (document.activeElement === reset) zoom(null);
          else if (document.activeElement === search) toggleSearch();
          else if (selected) zoom(selected);
        } else if (event.key === "Backspace" || event.key === "u") {
          if (view !== whole) zoom(parent(view));
        } else if (event.key === "Escape") {
          if (pattern) toggleSearch();
          else if (view !== whole) zoom(null);
          else select(null);
        } else {
          return;
        }
        event.preventDefault();
      });

      // The graph is as wide as the window.
      svg.removeAttribute("viewBox");
      svg.setAttribute("width", "100%");
      window.addEventListener("resize", layOut);
      layOut();
    })();
    """#
}
