"use strict";

document.getElementById("page").textContent = "xai explore";
