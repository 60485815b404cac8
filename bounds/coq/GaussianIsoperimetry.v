(* The Gaussian isoperimetric inequality on R^d, in every dimension, for u 1-Lipschitz:
     P[u > tau] <= Phi(Phi_inv P[u > 0] - tau),   tau >= 0,   0 < P[u > 0] < 1.

   Call w on R^d x R time-like if w(z', s) + sqrt(k^2 - |z - z'|^2) <= w(z, s + k) whenever
   |z - z'| <= k. By induction on d, Phi_inv E Phi(w(., s)) grows in s at least at rate 1: the mean
   V(x, s) = Phi_inv E_y Phi(w((x, y), s)) over all coordinates but the first is again time-like
   (apply the claim for d along straight lines of the (x, s)-plane), and [timelike_step] is the case
   of the line. For w = N u + sqrt(1 + N^2) s and N large this is the inequality for {u > 0}. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From ClassRadius Require Import Normal GaussianExpectation GaussianSpace Timelike.
Open Scope R_scope.

(* ---- Phi and its inverse ---- *)

Lemma Phi_le (s t : R) : s <= t -> Phi s <= Phi t.
Proof. intros [L| ->]; [left; now apply Phi_incr|lra]. Qed.

Lemma Phi_le_inv (s t : R) : Phi s <= Phi t -> s <= t.
Proof.
  intro H. destruct (Rle_dec s t) as [|N]; [assumption|].
  assert (K := Phi_incr t s ltac:(lra)). lra.
Qed.

Lemma Phi_inv_le (p q : R) : 0 < p -> p <= q -> q < 1 -> Phi_inv p <= Phi_inv q.
Proof. intros P [L| ->] B; [left; now apply Phi_inv_incr|lra]. Qed.

(* The density is at most 1. *)
Lemma Phi_increment (s t : R) : s <= t -> Phi t - Phi s <= t - s.
Proof.
  intro L. destruct (mean_value Phi phi s t L (fun x _ => Phi_d x)) as [c [_ E]].
  assert (B := phi_le_phi0 c). assert (P : phi0 c <= 1).
  { rewrite <- exp_0. unfold phi0. destruct (Req_dec c 0) as [->|N].
    - right. f_equal. field.
    - left. apply exp_increasing. nra. }
  rewrite E. nra.
Qed.

Lemma Phi_contraction (s t : R) : Rabs (Phi s - Phi t) <= 1 * Rabs (s - t).
Proof.
  rewrite Rmult_1_l. destruct (Rle_dec s t) as [L|L].
  - rewrite Rabs_minus_sym, (Rabs_minus_sym s t).
    assert (A := Phi_le s t L). assert (B := Phi_increment s t L). rewrite !Rabs_pos_eq; lra.
  - assert (A := Phi_le t s ltac:(lra)). assert (B := Phi_increment t s ltac:(lra)).
    rewrite !Rabs_pos_eq; lra.
Qed.

Lemma phi_shift (t c : R) : phi (t - c) = phi t * exp (c * t - c ^ 2 / 2).
Proof.
  unfold phi, Rdiv. rewrite (Rmult_comm (exp _) (/ sqrt _)), (Rmult_comm (exp _) (/ sqrt _)).
  rewrite Rmult_assoc, <- exp_plus. do 2 f_equal. field.
Qed.

(* Phi(Phi_inv p - c) is a convex function of p for c >= 0: it lies above its tangents.
   In t = Phi_inv p the difference has derivative phi(t) (exp(c t - c^2/2) - exp(c t0 - c^2/2)),
   of the sign of t - t0. *)
Lemma shift_tangent (c t0 t : R) : 0 <= c ->
  Phi (t0 - c) + exp (c * t0 - c ^ 2 / 2) * (Phi t - Phi t0) <= Phi (t - c).
Proof.
  intro C. set (K := exp (c * t0 - c ^ 2 / 2)).
  set (D := fun t => Phi (t - c) - K * Phi t).
  set (D1 := fun t => phi t * (exp (c * t - c ^ 2 / 2) - K)).
  assert (HD : forall x, is_derive D x (D1 x)).
  { intro x. unfold D, D1.
    replace (phi x * (exp (c * x - c ^ 2 / 2) - K)) with (1 * phi (x - c) - K * phi x)
      by (rewrite phi_shift; ring).
    apply (is_derive_minus (fun t => Phi (t - c)) (fun t => K * Phi t)).
    - apply (is_derive_comp Phi (fun t => t - c)); [apply Phi_d|].
      auto_derive; [exact I|ring].
    - apply is_derive_scal, Phi_d. }
  assert (M : forall x y, x <= y -> exp (c * x - c ^ 2 / 2) <= exp (c * y - c ^ 2 / 2)).
  { intros x y L. destruct (Req_dec (c * x) (c * y)) as [->|N]; [lra|].
    left. apply exp_increasing. nra. }
  enough (H : D t0 <= D t) by (unfold D in H; lra).
  destruct (Rle_dec t0 t) as [L|L].
  - destruct (mean_value D D1 t0 t L (fun x _ => HD x)) as [x [Hx E]].
    assert (A := M t0 x ltac:(lra)). fold K in A. assert (P := phi_pos x).
    assert (0 <= D1 x) by (unfold D1; apply Rmult_le_pos; lra). nra.
  - destruct (mean_value D D1 t t0 ltac:(lra) (fun x _ => HD x)) as [x [Hx E]].
    assert (A := M x t0 ltac:(lra)). fold K in A. assert (P := phi_pos x).
    assert (D1 x <= 0) by (unfold D1; nra). nra.
Qed.

(* ---- The mean Phi_inv E Phi(w) ---- *)

Definition normal_mean (d : nat) (w : space d -> R) : R := Phi_inv (expect d (fun z => Phi (w z))).

Definition bounded (d : nat) (C : R) (w : space d -> R) : Prop := forall z, Rabs (w z) <= C.

Lemma Phi_lipschitz (d : nat) (L : R) (w : space d -> R) :
  lipschitz d L w -> lipschitz d L (fun z => Phi (w z)).
Proof.
  intro W. rewrite <- (Rmult_1_l L).
  now apply (lipschitz_comp d L 1 Phi w Rle_0_1 Phi_contraction).
Qed.

Lemma expect_Phi_bounds (d : nat) (L C : R) (w : space d -> R) : lipschitz d L w ->
  bounded d C w -> Phi (- C) <= expect d (fun z => Phi (w z)) <= Phi C.
Proof.
  intros W B. assert (P := Phi_lipschitz d L w W). split.
  - apply Rle_trans with (expect d (fun _ => Phi (- C))); [right; now rewrite expect_const|].
    apply (expect_le d _ _ 0 L (lipschitz_const _ _) P). intro z. apply Phi_le.
    specialize (B z). apply Rabs_le_between in B. lra.
  - apply Rle_trans with (expect d (fun _ => Phi C)); [|right; now rewrite expect_const].
    apply (expect_le d _ _ L 0 P (lipschitz_const _ _)). intro z. apply Phi_le.
    specialize (B z). apply Rabs_le_between in B. lra.
Qed.

Lemma expect_Phi_in (d : nat) (L C : R) (w : space d -> R) : lipschitz d L w ->
  bounded d C w -> 0 < expect d (fun z => Phi (w z)) < 1.
Proof.
  intros W B. assert (H := expect_Phi_bounds d L C w W B).
  assert (P := Phi_pos (- C)). assert (P1 := Phi_lt_1 C). lra.
Qed.

Lemma normal_mean_spec (d : nat) (L C : R) (w : space d -> R) : lipschitz d L w ->
  bounded d C w -> Phi (normal_mean d w) = expect d (fun z => Phi (w z)).
Proof. intros W B. apply Phi_inv_spec. now apply (expect_Phi_in d L C). Qed.

Lemma normal_mean_bounded (d : nat) (L C : R) (w : space d -> R) : lipschitz d L w ->
  bounded d C w -> Rabs (normal_mean d w) <= C.
Proof.
  intros W B. assert (H := expect_Phi_bounds d L C w W B).
  rewrite <- (normal_mean_spec d L C w W B) in H. apply Rabs_le.
  split; apply Phi_le_inv; lra.
Qed.

(* Jensen for the convex function above. *)
Lemma normal_mean_shift (d : nat) (L M C : R) (v w : space d -> R) (c : R) : 0 <= c ->
  lipschitz d L v -> lipschitz d M w -> bounded d C v -> bounded d C w ->
  (forall z, v z - c <= w z) -> normal_mean d v - c <= normal_mean d w.
Proof.
  intros Hc V W BV BW H. apply Phi_le_inv. rewrite (normal_mean_spec d M C w W BW).
  set (t0 := normal_mean d v). set (K := exp (c * t0 - c ^ 2 / 2)).
  assert (PV := Phi_lipschitz d L v V). assert (PW := Phi_lipschitz d M w W).
  assert (PK := lipschitz_scal d K L _ PV).
  assert (E : expect d (fun z => K * Phi (v z) + (Phi (t0 - c) - K * Phi t0)) = Phi (t0 - c)).
  { rewrite (expect_plus_const d _ _ _ PK), (expect_scal d K L _ PV).
    unfold t0 at 2. rewrite (normal_mean_spec d L C v V BV). ring. }
  rewrite <- E.
  apply (expect_le d _ _ _ M (lipschitz_plus d _ _ _ _ PK (lipschitz_const d _)) PW).
  intro z. assert (T := shift_tangent c t0 (v z) Hc). fold K in T.
  assert (G := Phi_le _ _ (H z)). lra.
Qed.

(* ---- Time-like functions on R^d x R, and the induction on d ---- *)

Definition timelike_on (d : nat) (w : space d -> R -> R) : Prop := forall z z' s k,
  distance d z z' <= k -> w z' s + sqrt (k ^ 2 - square_distance d z z') <= w z (s + k).

Definition jointly_lipschitz (d : nat) (L : R) (w : space d -> R -> R) : Prop :=
  forall z z' s s', Rabs (w z s - w z' s') <= L * (distance d z z' + Rabs (s - s')).

Definition linear_growth (d : nat) (B L : R) (w : space d -> R -> R) : Prop :=
  forall z s, Rabs (w z s) <= B + L * Rabs s.

Lemma lipschitz_at_time (d : nat) (L : R) (w : space d -> R -> R) (s : R) :
  jointly_lipschitz d L w -> lipschitz d L (fun z => w z s).
Proof.
  intros H z z'. assert (K := H z z' s s). rewrite Rminus_eq_0, Rabs_R0, Rplus_0_r in K. exact K.
Qed.

(* The function V(x, s) = Phi_inv E_y Phi(w((x, y), s)) of the first coordinate. *)
Definition first_mean (d : nat) (w : space (S d) -> R -> R) (x s : R) : R :=
  normal_mean d (fun y => w (x, y) s).

Lemma first_mean_growth (d : nat) (L B : R) (w : space (S d) -> R -> R) :
  jointly_lipschitz (S d) L w -> linear_growth (S d) B L w ->
  forall x s, Rabs (first_mean d w x s) <= B + L * Rabs s.
Proof.
  intros H G x s. apply (normal_mean_bounded d L).
  - apply (lipschitz_section d L (fun z => w z s) x). now apply lipschitz_at_time.
  - intro y. apply G.
Qed.

(* w(x', .) at s less c below w(x, .) at s': the same for V. *)
Lemma first_mean_shift (d : nat) (L B : R) (w : space (S d) -> R -> R) (x x' s s' c : R) :
  0 <= L -> jointly_lipschitz (S d) L w -> linear_growth (S d) B L w -> 0 <= c ->
  (forall y, w (x', y) s' - c <= w (x, y) s) ->
  first_mean d w x' s' - c <= first_mean d w x s.
Proof.
  intros HL H G Hc K.
  apply (normal_mean_shift d L L (B + L * (Rabs s + Rabs s'))); [exact Hc| | | | |exact K].
  - apply (lipschitz_section d L (fun z => w z s') x'). now apply lipschitz_at_time.
  - apply (lipschitz_section d L (fun z => w z s) x). now apply lipschitz_at_time.
  - intro y. apply Rle_trans with (1 := G _ _). assert (P := Rabs_pos s). nra.
  - intro y. apply Rle_trans with (1 := G _ _). assert (P := Rabs_pos s'). nra.
Qed.

Lemma first_mean_lipschitz (d : nat) (L B : R) (w : space (S d) -> R -> R) :
  0 <= L -> jointly_lipschitz (S d) L w -> linear_growth (S d) B L w ->
  forall x x' s s', Rabs (first_mean d w x s - first_mean d w x' s')
    <= L * (Rabs (x - x') + Rabs (s - s')).
Proof.
  intros HL H G x x' s s'. set (c := L * (Rabs (x - x') + Rabs (s - s'))).
  assert (Hc : 0 <= c).
  { apply Rmult_le_pos; [exact HL|]. assert (P := Rabs_pos (x - x')).
    assert (P' := Rabs_pos (s - s')). lra. }
  assert (K : forall y, Rabs (w (x, y) s - w (x', y) s') <= c).
  { intro y. assert (A := H (x, y) (x', y) s s'). now rewrite distance_first in A. }
  assert (A := first_mean_shift d L B w x x' s s' c HL H G Hc).
  assert (A' := first_mean_shift d L B w x' x s' s c HL H G Hc).
  apply Rabs_le. split.
  - enough (first_mean d w x' s' - c <= first_mean d w x s) by lra. apply A.
    intro y. specialize (K y). apply Rabs_le_between in K. lra.
  - enough (first_mean d w x s - c <= first_mean d w x' s') by lra. apply A'.
    intro y. specialize (K y). apply Rabs_le_between in K. lra.
Qed.

(* Along the line through (x', s) of direction (a, b), b^2 - a^2 = 1, in the plane of the first
   coordinate and time, w is time-like in the other coordinates and the proper time. *)
Definition along_line (d : nat) (w : space (S d) -> R -> R) (x s a b : R)
  (y : space d) (q : R) : R := w (x + q * a, y) (s + q * b).

Section Line.
Variables (d : nat) (w : space (S d) -> R -> R) (x s a b L B : R).
Hypotheses (HL : 0 <= L) (HB : 0 <= B) (Hb : 0 < b) (Hab : b ^ 2 - a ^ 2 = 1).
Hypotheses (W : jointly_lipschitz (S d) L w) (G : linear_growth (S d) B L w).
Hypothesis T : timelike_on (S d) w.

Let L' := L * (Rabs a + b + 1).

Lemma along_line_lipschitz : jointly_lipschitz d L' (along_line d w x s a b).
Proof.
  intros y y' q q'. unfold along_line. apply Rle_trans with (1 := W _ _ _ _).
  assert (D := distance_le_sum d (x + q * a) (x + q' * a) y y').
  replace (x + q * a - (x + q' * a)) with (a * (q - q')) in D by ring.
  replace (s + q * b - (s + q' * b)) with (b * (q - q')) by ring.
  rewrite Rabs_mult in D. rewrite Rabs_mult, (Rabs_pos_eq b) by lra.
  unfold L'. rewrite Rmult_assoc. apply Rmult_le_compat_l; [exact HL|].
  assert (P := distance_pos d y y'). assert (P1 := Rabs_pos (q - q')). assert (P2 := Rabs_pos a).
  nra.
Qed.

Lemma along_line_growth : linear_growth d (B + L * Rabs s) L' (along_line d w x s a b).
Proof.
  intros y q. unfold along_line. apply Rle_trans with (1 := G _ _).
  assert (D := Rabs_triang s (q * b)). rewrite Rabs_mult, (Rabs_pos_eq b) in D by lra.
  assert (P1 := Rabs_pos q). assert (P2 := Rabs_pos a).
  assert (E : L * Rabs (s + q * b) <= L * (Rabs s + Rabs q * b))
    by now apply Rmult_le_compat_l.
  unfold L'. assert (0 <= L * (Rabs q * (Rabs a + 1))) by (repeat apply Rmult_le_pos; lra). nra.
Qed.

Lemma along_line_timelike : timelike_on d (along_line d w x s a b).
Proof.
  intros y y' q k K. unfold along_line.
  assert (P := distance_pos d y y'). assert (D := distance_square d y y').
  assert (E : square_distance (S d) (x + (q + k) * a, y) (x + q * a, y')
    = k ^ 2 * a ^ 2 + square_distance d y y') by (simpl; ring).
  assert (A : distance (S d) (x + (q + k) * a, y) (x + q * a, y') <= k * b).
  { unfold distance. rewrite E, <- (sqrt_pow2 (k * b)) by nra.
    apply sqrt_le_1_alt. rewrite <- D. replace (b ^ 2) with (1 + a ^ 2) by lra.
    replace ((k * b) ^ 2) with (k ^ 2 * b ^ 2) by ring. replace (b ^ 2) with (1 + a ^ 2) by lra.
    nra. }
  assert (R := T _ _ (s + q * b) _ A). rewrite E in R.
  replace ((k * b) ^ 2 - (k ^ 2 * a ^ 2 + square_distance d y y'))
    with (k ^ 2 * (b ^ 2 - a ^ 2) - square_distance d y y') in R by ring.
  rewrite Hab, Rmult_1_r in R. replace (s + (q + k) * b) with (s + q * b + k * b) by ring.
  exact R.
Qed.
End Line.

Definition grows_with_time (d : nat) : Prop := forall (w : space d -> R -> R) (L B : R),
  0 <= L -> 0 <= B -> jointly_lipschitz d L w -> linear_growth d B L w -> timelike_on d w ->
  forall s k, 0 <= k ->
    normal_mean d (fun z => w z s) + k <= normal_mean d (fun z => w z (s + k)).

Lemma first_mean_timelike (d : nat) (L B : R) (w : space (S d) -> R -> R) : grows_with_time d ->
  0 <= L -> 0 <= B -> jointly_lipschitz (S d) L w -> linear_growth (S d) B L w ->
  timelike_on (S d) w -> timelike (first_mean d w).
Proof.
  intros IH HL HB W G T x x' s k K. assert (P := Rabs_pos (x - x')).
  assert (S2 := pow2_abs (x - x')).
  destruct (Rle_lt_or_eq_dec _ _ K) as [K1|K1].
  - set (k' := sqrt (k ^ 2 - (x - x') ^ 2)).
    assert (N : 0 < k ^ 2 - (x - x') ^ 2) by nra.
    assert (K' : 0 < k') by now apply sqrt_lt_R0.
    assert (E : k' ^ 2 = k ^ 2 - (x - x') ^ 2) by (apply pow2_sqrt; lra).
    set (a := (x - x') / k'). set (b := k / k').
    assert (Hb : 0 < b) by (apply Rdiv_lt_0_compat; lra).
    assert (Hab : b ^ 2 - a ^ 2 = 1).
    { unfold a, b. replace ((k / k') ^ 2 - ((x - x') / k') ^ 2)
        with ((k ^ 2 - (x - x') ^ 2) / k' ^ 2) by (field; lra). rewrite E. field. lra. }
    assert (A := IH (along_line d w x' s a b) (L * (Rabs a + b + 1)) (B + L * Rabs s)).
    assert (P1 := Rabs_pos a). assert (P2 := Rabs_pos s).
    specialize (A ltac:(apply Rmult_le_pos; lra) ltac:(nra)).
    specialize (A (along_line_lipschitz d w x' s a b L HL Hb W)).
    specialize (A (along_line_growth d w x' s a b L B HL Hb G)).
    specialize (A (along_line_timelike d w x' s a b Hb Hab T) 0 k' ltac:(lra)).
    unfold along_line in A. rewrite Rplus_0_l, !Rmult_0_l, !Rplus_0_r in A.
    replace (x' + k' * a) with x in A by (unfold a; field; lra).
    replace (k' * b) with k in A by (unfold b; field; lra). exact A.
  - replace (k ^ 2 - (x - x') ^ 2) with 0 by nra. rewrite sqrt_0.
    enough (first_mean d w x' s - 0 <= first_mean d w x (s + k)) by lra.
    apply (first_mean_shift d L B); trivial; [lra|]. intro y.
    assert (D : distance (S d) (x, y) (x', y) <= k) by now rewrite distance_first.
    assert (A := T _ _ s k D).
    assert (Q := sqrt_pos (k ^ 2 - square_distance (S d) (x, y) (x', y))). lra.
Qed.

Theorem mean_grows_with_time (d : nat) : grows_with_time d.
Proof.
  induction d as [|d IH]; intros w L B HL HB W G T s k Hk.
  - unfold normal_mean. simpl. rewrite !Phi_inv_Phi.
    assert (A := T tt tt s k). unfold distance in A. simpl square_distance in A.
    rewrite sqrt_0, Rminus_0_r, sqrt_pow2 in A by lra. now apply A.
  - assert (A := timelike_step (first_mean d w) L B HL HB (first_mean_lipschitz d L B w HL W G)
      (first_mean_growth d L B w W G) (first_mean_timelike d L B w IH HL HB W G T) s k Hk).
    assert (E : forall r, Phi_inv (expectation (fun x => Phi (first_mean d w x r)))
      = normal_mean (S d) (fun z => w z r)).
    { intro r. unfold normal_mean. simpl. f_equal. apply expectation_ext. intro x.
      apply (normal_mean_spec d L (B + L * Rabs r)).
      - apply (lipschitz_section d L (fun z => w z r) x). now apply lipschitz_at_time.
      - intro y. apply G. }
    now rewrite !E in A.
Qed.

(* ---- Translates: N u + sqrt(1 + N^2) s ---- *)

(* Cauchy-Schwarz for (N, 1) and (r, sqrt(k^2 - r^2)). *)
Lemma reverse_cauchy_schwarz (N r k : R) : 0 <= r <= k ->
  N * r + sqrt (k ^ 2 - r ^ 2) <= sqrt (1 + N ^ 2) * k.
Proof.
  intro H. set (q := sqrt (k ^ 2 - r ^ 2)).
  assert (Q : q ^ 2 = k ^ 2 - r ^ 2) by (apply pow2_sqrt; nra).
  rewrite <- (sqrt_pow2 k) at 1 by lra. rewrite <- sqrt_mult_alt by nra.
  apply Rle_trans with (Rabs (N * r + q)); [apply Rle_abs|].
  rewrite <- sqrt_Rsqr_abs. apply sqrt_le_1_alt. unfold Rsqr.
  replace (k ^ 2) with (r ^ 2 + q ^ 2) by lra.
  assert (0 <= (N * q - r) ^ 2) by apply pow2_ge_0. nra.
Qed.

Lemma translate_mean (d : nat) (u : space d -> R) (B N a k : R) : 0 <= N -> 0 <= B ->
  lipschitz d 1 u -> bounded d B u -> 0 <= k ->
  normal_mean d (fun z => N * u z + a) + k
    <= normal_mean d (fun z => N * u z + (a + sqrt (1 + N ^ 2) * k)).
Proof.
  intros HN HB U UB Hk. set (M := sqrt (1 + N ^ 2)).
  assert (HM : 0 < M) by (apply sqrt_lt_R0; nra).
  assert (A := mean_grows_with_time d (fun z s => N * u z + M * s) (N + M) (N * B)
    ltac:(lra) ltac:(nra)).
  assert (W : jointly_lipschitz d (N + M) (fun z s => N * u z + M * s)).
  { intros z z' s s'. replace (N * u z + M * s - (N * u z' + M * s'))
      with (N * (u z - u z') + M * (s - s')) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _).
    rewrite !Rabs_mult, (Rabs_pos_eq N), (Rabs_pos_eq M) by lra.
    assert (D := U z z'). assert (P := distance_pos d z z').
    assert (P' := Rabs_pos (s - s')). nra. }
  assert (G : linear_growth d (N * B) (N + M) (fun z s => N * u z + M * s)).
  { intros z s. apply Rle_trans with (1 := Rabs_triang _ _).
    rewrite !Rabs_mult, (Rabs_pos_eq N), (Rabs_pos_eq M) by lra.
    assert (D := UB z). assert (P' := Rabs_pos s). nra. }
  assert (T : timelike_on d (fun z s => N * u z + M * s)).
  { intros z z' s q K. assert (P := distance_pos d z z').
    assert (R := reverse_cauchy_schwarz N (distance d z z') q ltac:(lra)). fold M in R.
    rewrite distance_square in R. assert (D := U z z'). apply Rabs_le_between in D. nra. }
  specialize (A W G T (a / M) k Hk).
  assert (E : forall s, normal_mean d (fun z => N * u z + M * (a / M + s))
    = normal_mean d (fun z => N * u z + (a + M * s))).
  { intro s. unfold normal_mean. f_equal. apply expect_ext. intro z. do 2 f_equal. field. lra. }
  cbv beta in A. rewrite E in A.
  assert (E0 := E 0). rewrite Rplus_0_r, Rmult_0_r, Rplus_0_r in E0. now rewrite E0 in A.
Qed.

(* ---- From N u to the set {u > 0} ---- *)

Definition clip (B x : R) : R := Rmin (Rmax x (- B)) B.

Lemma clip_contraction (B x y : R) : Rabs (clip B x - clip B y) <= 1 * Rabs (x - y).
Proof.
  rewrite Rmult_1_l. unfold clip, Rmin, Rmax.
  repeat destruct Rle_dec; unfold Rabs; repeat destruct Rcase_abs; lra.
Qed.

Lemma clip_bounded (B x : R) : 0 <= B -> Rabs (clip B x) <= B.
Proof.
  intro H. apply Rabs_le. unfold clip, Rmin, Rmax. repeat destruct Rle_dec; lra.
Qed.

(* Phi(N (clip u - 2 e)) <= min(1, n u^+) + Phi(-N e). *)
Lemma ramp_above (N e B x : R) (n : nat) : 0 <= N -> 0 < e <= B -> 1 <= INR n * e ->
  Phi (N * clip B x + - (2 * N * e)) <= Rmin 1 (INR n * Rmax 0 x) + Phi (- (N * e)).
Proof.
  intros HN He Hn. assert (P := Phi_pos (- (N * e))). assert (R := ramp_bounds n x).
  assert (I := pos_INR n). destruct (Rle_dec e x) as [L|L].
  - rewrite Rmin_left; [assert (K := Phi_lt_1 (N * clip B x + - (2 * N * e))); lra|].
    rewrite Rmax_right by lra. nra.
  - enough (Phi (N * clip B x + - (2 * N * e)) <= Phi (- (N * e))) by lra. apply Phi_le.
    assert (clip B x <= e); [|nra]. unfold clip, Rmin, Rmax. repeat destruct Rle_dec; lra.
Qed.

(* min(1, n (u - tau)^+) <= Phi(N (clip u - tau + e)) + Phi(-N e). *)
Lemma ramp_below (N e tau B x : R) (n : nat) : 0 <= N -> 0 < e -> 0 <= tau <= B ->
  Rmin 1 (INR n * Rmax 0 (x - tau)) <= Phi (N * clip B x + N * (e - tau)) + Phi (- (N * e)).
Proof.
  intros HN He Ht. destruct (Rle_dec x tau) as [L|L].
  - rewrite (Rmax_left 0) by lra. rewrite Rmult_0_r, Rmin_right by lra.
    assert (P := Phi_pos (- (N * e))). assert (P' := Phi_pos (N * clip B x + N * (e - tau))). lra.
  - apply Rle_trans with 1; [apply Rmin_l|].
    rewrite Phi_opp. assert (E := Phi_Q (N * e)).
    enough (Phi (N * e) <= Phi (N * clip B x + N * (e - tau))) by lra. apply Phi_le.
    assert (tau <= clip B x); [|nra]. unfold clip, Rmin, Rmax. repeat destruct Rle_dec; lra.
Qed.

(* The comparison for one N, one e: with m the mass of {u > 0} and delta = Phi(-N e),
   P[u > tau] <= Phi(Phi_inv(m + delta) - N (tau - 3 e) / sqrt(1 + N^2)) + delta. *)
Lemma comparison (d : nat) (u : space d -> R) (tau N e t : R) (n : nat) :
  lipschitz d 1 u -> 0 <= N -> 0 < e -> 3 * e <= tau ->
  mass_positive d u + Phi (- (N * e)) <= Phi t ->
  mass_at_slope d (fun z => u z - tau) n
    <= Phi (t - N * (tau - 3 * e) / sqrt (1 + N ^ 2)) + Phi (- (N * e)).
Proof.
  intros U HN He Ht Hm. set (B := tau). set (v := fun z => clip B (u z)).
  set (M := sqrt (1 + N ^ 2)). set (delta := Phi (- (N * e))) in *.
  assert (HM : 0 < M) by (apply sqrt_lt_R0; nra).
  assert (V : lipschitz d 1 v).
  { rewrite <- (Rmult_1_l 1).
    apply (lipschitz_comp d 1 1 (clip B) u Rle_0_1 (clip_contraction B) U). }
  assert (VB : bounded d B v) by (intro z; apply clip_bounded; unfold B; lra).
  assert (VN : forall c, lipschitz d (Rabs N * 1 + 0) (fun z => N * v z + c)).
  { intro c. apply lipschitz_plus; [now apply lipschitz_scal|apply lipschitz_const]. }
  assert (VNB : forall c, bounded d (N * B + Rabs c) (fun z => N * v z + c)).
  { intros c z. apply Rle_trans with (1 := Rabs_triang _ _).
    rewrite Rabs_mult, (Rabs_pos_eq N) by exact HN. assert (D := VB z). nra. }
  set (k := N * (tau - 3 * e) / M).
  assert (Hk : 0 <= k).
  { apply Rmult_le_pos; [apply Rmult_le_pos; lra|]. left. now apply Rinv_0_lt_compat. }
  assert (A := translate_mean d v B N (N * (e - tau)) k HN ltac:(unfold B; lra) V VB Hk).
  fold M in A. replace (N * (e - tau) + M * k) with (- (2 * N * e)) in A
    by (unfold k; field; lra).
  assert (UP : normal_mean d (fun z => N * v z + - (2 * N * e)) <= t).
  { apply Phi_le_inv. rewrite (normal_mean_spec d _ _ _ (VN _) (VNB _)).
    apply Rle_trans with (2 := Hm).
    destruct (nfloor_ex (/ e)) as [j [_ J]]; [left; now apply Rinv_0_lt_compat|].
    assert (J1 : 1 <= INR (S j) * e).
    { rewrite S_INR. replace 1 with (/ e * e) at 1 by (field; lra).
      apply Rmult_le_compat_r; lra. }
    assert (SL := slope_lipschitz d u 1 (S j) U).
    apply Rle_trans with (mass_at_slope d u (S j) + delta).
    - unfold mass_at_slope. rewrite <- (expect_plus_const d _ _ delta SL).
      apply (expect_le d _ _ _ _ (Phi_lipschitz d _ _ (VN _))
        (lipschitz_plus d _ _ _ _ SL (lipschitz_const d delta))).
      intro z. apply ramp_above; [exact HN|unfold B; lra|exact J1].
    - assert (K := mass_at_slope_le d u 1 (S j) U). lra. }
  apply Rle_trans with (expect d (fun z => Phi (N * v z + N * (e - tau))) + delta).
  - assert (P := Phi_lipschitz d _ _ (VN (N * (e - tau)))).
    assert (SL := slope_lipschitz d (fun z => u z + - tau) _ n
      (lipschitz_plus d _ _ _ _ U (lipschitz_const d (- tau)))).
    rewrite <- (expect_plus_const d _ _ delta P).
    apply (expect_le d _ _ _ _ SL (lipschitz_plus d _ _ _ _ P (lipschitz_const d delta))).
    intro z. apply ramp_below; [exact HN|exact He|unfold B; lra].
  - rewrite <- (normal_mean_spec d _ _ _ (VN _) (VNB _)).
    apply Rplus_le_compat_r, Phi_le. unfold B. fold k. lra.
Qed.

(* N / sqrt(1 + N^2) >= 1 - 1 / (N + 1): tau shrinks by less than e once N >= tau / e. *)
Lemma slope_ratio (N tau e : R) : 0 < e -> 0 <= tau -> tau / e <= N -> 0 < N ->
  tau - e <= N * tau / sqrt (1 + N ^ 2).
Proof.
  intros He Ht HN N0. set (M := sqrt (1 + N ^ 2)).
  assert (HM : 0 < M) by (apply sqrt_lt_R0; nra).
  assert (M1 : M <= N + 1).
  { rewrite <- (sqrt_pow2 (N + 1)) by lra. apply sqrt_le_1_alt. nra. }
  assert (K : tau <= N * e).
  { replace tau with (tau / e * e) by (field; lra). apply Rmult_le_compat_r; lra. }
  assert (N <= M).
  { rewrite <- (sqrt_pow2 N) by lra. apply sqrt_le_1_alt. lra. }
  apply Rmult_le_reg_r with M; [exact HM|].
  replace (N * tau / M * M) with (N * tau) by (field; lra). nra.
Qed.

Theorem gaussian_isoperimetry (d : nat) (u : space d -> R) (tau : R) :
  lipschitz d 1 u -> 0 <= tau -> 0 < mass_positive d u < 1 ->
  mass_positive d (fun z => u z - tau) <= Phi (Phi_inv (mass_positive d u) - tau).
Proof.
  intros U Ht Hm. set (m := mass_positive d u) in *. set (t := Phi_inv m).
  assert (Et : Phi t = m) by now apply Phi_inv_spec.
  apply mass_positive_le. intro n. destruct (Rle_lt_or_eq_dec _ _ Ht) as [T|<-].
  - enough (H : forall e, 0 < e <= tau / 3 ->
      mass_at_slope d (fun z => u z - tau) n <= Phi (t - tau) + 6 * e).
    { apply le_epsilon. intros r Hr.
      assert (A := H (Rmin (tau / 3) (r / 6)) ltac:(split; [apply Rmin_glb_lt; lra|apply Rmin_l])).
      assert (B := Rmin_r (tau / 3) (r / 6)). lra. }
    intros e He. assert (I := Phi_incr t (t + e) ltac:(lra)).
    set (r := Rmin e (Phi (t + e) - Phi t)).
    assert (R0 : 0 < r) by (apply Rmin_glb_lt; lra).
    destruct (Q_eventually r R0) as [X [X1 HX]].
    set (N := (X + tau + 1) / e).
    assert (NE : N * e = X + tau + 1) by (unfold N; field; lra).
    assert (N0 : 0 < N) by (apply Rdiv_lt_0_compat; lra).
    assert (QX := HX (N * e) ltac:(lra)). rewrite <- Phi_opp in QX.
    assert (R1 := Rmin_l e (Phi (t + e) - Phi t)). assert (R2 := Rmin_r e (Phi (t + e) - Phi t)).
    fold r in R1, R2.
    assert (A := comparison d u tau N e (t + e) n U ltac:(lra) (proj1 He) ltac:(lra)).
    fold m in A. specialize (A ltac:(lra)).
    assert (S := slope_ratio N (tau - 3 * e) e (proj1 He) ltac:(lra)).
    assert (S1 : (tau - 3 * e) / e <= N).
    { apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; lra|lra]. }
    specialize (S S1 N0).
    assert (F := Phi_le (t + e - N * (tau - 3 * e) / sqrt (1 + N ^ 2)) (t - tau + 5 * e)
      ltac:(lra)).
    assert (F1 := Phi_increment (t - tau) (t - tau + 5 * e) ltac:(lra)). lra.
  - rewrite Rminus_0_r, Et. unfold m. apply Rle_trans with (mass_at_slope d u n).
    + right. apply expect_ext. intro z. now rewrite Rminus_0_r.
    + now apply mass_at_slope_le with 1.
Qed.
