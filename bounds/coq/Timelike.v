(* The one-dimensional step of the Gaussian isoperimetric inequality.

   Let w on R x R be time-like, i.e. grow at least by the Lorentz distance sqrt(k^2 - (x - x')^2)
   along time-like directions, and be Lipschitz. Proved: V(s) = Phi_inv(E Phi(w(x, s))), with
   x ~ N(0, 1), has V(s + k) >= V(s) + k for k >= 0.

   - For w smooth in x a step against the slope gives w(x, s + h) >= w + h sqrt(1 + w'^2) - O(h^2).
   - By Bobkov's inequality for Phi(w), G = E Phi(w) has G(s + h) >= G(s) + h I(G(s)) - O(h^2),
     I = phi o Phi_inv, i.e. V(s + h) >= V(s) + h - O(h^2).
   - Small steps add up, and the fourfold moving average in x, which keeps the hypotheses, is
     smooth and within 4 L e of w. *)
From Coq Require Import Reals Lra Psatz ssreflect.
From Coquelicot Require Import Coquelicot.
From ClassRadius Require Import Normal GaussianExpectation Bobkov BobkovPhi Averaging.
Open Scope R_scope.

(* w grows at least by the Lorentz distance along time-like directions of R x R. *)
Definition timelike (w : R -> R -> R) : Prop := forall x x' s k, Rabs (x - x') <= k ->
  w x' s + sqrt (k ^ 2 - (x - x') ^ 2) <= w x (s + k).

(* ---- One step for smooth w ---- *)

(* w(x, s + h) >= w + h sqrt(1 + w'^2) - M h^2: move against the slope b = w' / sqrt(1 + w'^2). *)
Lemma timelike_growth (w w1 w2 : R -> R -> R) (M x s h : R) : timelike w -> 0 <= h ->
  (forall x, is_derive (fun x => w x s) x (w1 x s)) ->
  (forall x, is_derive (fun x => w1 x s) x (w2 x s)) ->
  (forall x, Rabs (w2 x s) <= M) ->
  w x s + h * sqrt (1 + w1 x s ^ 2) - M * h ^ 2 <= w x (s + h).
Proof.
  intros T H D D1 B. set (p := w1 x s). set (r := sqrt (1 + p ^ 2)).
  assert (P0 : 0 <= p ^ 2) by apply pow2_ge_0.
  assert (R2 : r * r = 1 + p ^ 2) by (apply sqrt_sqrt; lra).
  assert (R0 : 0 < r) by (apply sqrt_lt_R0; lra).
  assert (R1 : 1 <= r) by nra.
  assert (I0 : 0 < / r) by now apply Rinv_0_lt_compat.
  assert (I1 : / r * r = 1) by (field; lra).
  set (b := p * / r).
  assert (B2 : b ^ 2 = 1 - (/ r) ^ 2).
  { unfold b. rewrite Rpow_mult_distr. replace (p ^ 2) with (r * r - 1) by lra. field. lra. }
  assert (B1 : b ^ 2 <= 1) by (rewrite B2; assert (Z := pow2_ge_0 (/ r)); lra).
  assert (TL := T x (x + h * b) s h).
  replace (x - (x + h * b)) with (- (h * b)) in TL by ring.
  rewrite Rabs_Ropp Rabs_mult (Rabs_pos_eq h) // in TL.
  assert (Bb : Rabs b <= 1).
  { apply Rabs_le. split; nra. }
  specialize (TL ltac:(nra)).
  replace (h ^ 2 - (- (h * b)) ^ 2) with ((h * / r) ^ 2) in TL
    by (replace ((- (h * b)) ^ 2) with (h ^ 2 * b ^ 2) by ring; rewrite B2; ring).
  rewrite sqrt_pow2 in TL; [|apply Rmult_le_pos; lra].
  assert (Y := taylor_two (fun x => w x s) (fun x => w1 x s) (fun x => w2 x s) M x
    (x + h * b) D D1 B).
  simpl in Y. fold p in Y. apply Rabs_le_between in Y.
  replace (x + h * b - x) with (h * b) in Y by ring.
  assert (M0 : 0 <= M) by (apply Rle_trans with (2 := B x), Rabs_pos).
  assert (M * (h * b * (h * b * 1)) <= M * h ^ 2).
  { apply Rmult_le_compat_l; [exact M0|].
    replace (h * b * (h * b * 1)) with (h ^ 2 * b ^ 2) by ring.
    assert (Z := pow2_ge_0 h). nra. }
  assert (E : p * (h * b) + h * / r = h * r).
  { unfold b. replace (p * (h * (p * / r)) + h * / r) with (h * / r * (1 + p ^ 2)) by ring.
    rewrite -R2. field. lra. }
  lra.
Qed.

(* ... and for Phi(w): with |w'|, |w''| <= M, h <= 1. *)
Lemma Phi_growth (w w1 w2 : R -> R -> R) (M x s h : R) : timelike w -> 0 <= h <= 1 ->
  (forall x, is_derive (fun x => w x s) x (w1 x s)) ->
  (forall x, is_derive (fun x => w1 x s) x (w2 x s)) ->
  (forall x, Rabs (w1 x s) <= M) -> (forall x, Rabs (w2 x s) <= M) ->
  Phi (w x s) + h * (phi (w x s) * sqrt (1 + w1 x s ^ 2)) - (M + (1 + 2 * M) ^ 2) * h ^ 2
  <= Phi (w x (s + h)).
Proof.
  intros T H D D1 B1 B. assert (G := timelike_growth w w1 w2 M x s h T (proj1 H) D D1 B).
  set (r := sqrt (1 + w1 x s ^ 2)) in *.
  assert (M0 : 0 <= M) by (apply Rle_trans with (2 := B x), Rabs_pos).
  assert (R0 : 0 <= r) by apply sqrt_pos.
  assert (R1 : r <= 1 + M).
  { unfold r. rewrite -(sqrt_pow2 (1 + M)); [|lra]. apply sqrt_le_1_alt.
    assert (A := B1 x). rewrite -pow2_abs. assert (Z := Rabs_pos (w1 x s)). nra. }
  apply Rle_trans with (2 := Phi_le _ _ G).
  assert (Y := Phi_taylor (w x s) (w x s + h * r - M * h ^ 2)). apply Rabs_le_between in Y.
  replace (w x s + h * r - M * h ^ 2 - w x s) with (h * (r - M * h)) in Y by ring.
  assert (P := phi_pos (w x s)). assert (P1 := phi_le_1 (w x s)).
  assert (S : (h * (r - M * h)) ^ 2 <= h ^ 2 * (1 + 2 * M) ^ 2).
  { rewrite Rpow_mult_distr. apply Rmult_le_compat_l; [apply pow2_ge_0|].
    assert (0 <= M * h <= M) by nra. nra. }
  assert (phi (w x s) * (M * h ^ 2) <= 1 * (M * h ^ 2)).
  { apply Rmult_le_compat_r; [|exact P1]. apply Rmult_le_pos; [exact M0|apply pow2_ge_0]. }
  nra.
Qed.

(* E Phi(w) lies between Phi(-K) and Phi(K) where |w| <= K. *)
Lemma Phi_tame (g : R -> R) : (forall x, continuous g x) -> tame (fun x => Phi (g x)).
Proof.
  intro C. apply tame_bounded with 1.
  - intro x. apply (continuous_comp g Phi); [apply C|].
    apply (ex_derive_continuous (V := R_NormedModule)). eexists; apply Phi_d.
  - intro x. assert (A := Phi_pos (g x)). assert (B := Phi_lt_1 (g x)). rewrite Rabs_pos_eq; lra.
Qed.

Lemma expectation_Phi_between (g : R -> R) (K : R) : (forall x, continuous g x) ->
  (forall x, Rabs (g x) <= K) ->
  Phi (- K) <= expectation (fun x => Phi (g x)) <= Phi K.
Proof.
  intros C B. split.
  - rewrite -(expectation_const (Phi (- K))).
    apply expectation_le; [apply tame_const|now apply Phi_tame|].
    intro x. apply Phi_le. assert (H := B x). apply Rabs_le_between in H. lra.
  - rewrite -(expectation_const (Phi K)).
    apply expectation_le; [now apply Phi_tame|apply tame_const|].
    intro x. apply Phi_le. assert (H := B x). apply Rabs_le_between in H. lra.
Qed.

Lemma continuous_of_derivative (f f1 : R -> R) : (forall x, is_derive f x (f1 x)) ->
  forall x, continuous f x.
Proof.
  intros D x. apply (ex_derive_continuous (V := R_NormedModule)). eexists; apply D.
Qed.

Definition level (w : R -> R -> R) (s : R) : R := expectation (fun x => Phi (w x s)).

(* G(s + h) >= G(s) + h I(G(s)) - C h^2. *)
Lemma level_growth (w w1 w2 w3 w4 : R -> R -> R) (K M s h : R) : timelike w -> 0 <= h <= 1 ->
  0 < K ->
  (forall x s, is_derive (fun x => w x s) x (w1 x s)) ->
  (forall x s, is_derive (fun x => w1 x s) x (w2 x s)) ->
  (forall x s, is_derive (fun x => w2 x s) x (w3 x s)) ->
  (forall x s, is_derive (fun x => w3 x s) x (w4 x s)) ->
  (forall x, Rabs (w x s) <= K) ->
  (forall x s, Rabs (w1 x s) <= M) -> (forall x s, Rabs (w2 x s) <= M) ->
  (forall x s, Rabs (w3 x s) <= M) -> (forall x s, Rabs (w4 x s) <= M) ->
  level w s + h * profile (level w s) - (M + (1 + 2 * M) ^ 2) * h ^ 2 <= level w (s + h).
Proof.
  intros T H K0 D0 D1 D2 D3 B0 B1 B2 B3 B4. set (C := M + (1 + 2 * M) ^ 2).
  assert (A : profile (level w s) <=
    expectation (fun x => phi (w x s) * sqrt (1 + w1 x s ^ 2))).
  { apply (bobkov_of_Phi (fun x => w x s) (fun x => w1 x s) (fun x => w2 x s) (fun x => w3 x s)
      (fun x => w4 x s) K K0); try (intro x; auto); exists M; intro x; auto. }
  assert (C0 : forall s x, continuous (fun x => w x s) x).
  { intro t. apply (continuous_of_derivative _ (fun x => w1 x t)). intro; apply D0. }
  assert (P : tame (fun x => Phi (w x s))) by (apply (Phi_tame (fun x => w x s)), C0).
  assert (P' : tame (fun x => Phi (w x (s + h)))) by (apply (Phi_tame (fun x => w x (s + h))), C0).
  assert (Z : forall x, 0 < 1 + w1 x s ^ 2) by (intro x; assert (Y := pow2_ge_0 (w1 x s)); lra).
  assert (F : tame (fun x => phi (w x s) * sqrt (1 + w1 x s ^ 2))).
  { apply tame_bounded with (1 * (1 + M)).
    - intro x. apply (continuous_mult (fun x => phi (w x s)) (fun x => sqrt (1 + w1 x s ^ 2))).
      + apply (continuous_comp (fun x => w x s) phi); [apply C0|apply phi_continuous].
      + apply (ex_derive_continuous (V := R_NormedModule)). auto_derive.
        split; [exists (w2 x s); apply D1|]. split; [|exact I]. specialize (Z x). simpl in Z. lra.
    - intro x. assert (Q0 := phi_pos (w x s)). assert (Q1 := phi_le_1 (w x s)).
      assert (S0 := sqrt_pos (1 + w1 x s ^ 2)).
      rewrite Rabs_pos_eq; [|apply Rmult_le_pos; lra].
      apply Rmult_le_compat; try lra.
      assert (Y := B1 x s). assert (Y0 := Rabs_pos (w1 x s)).
      rewrite -(sqrt_pow2 (1 + M)); [|lra]. apply sqrt_le_1_alt. rewrite -pow2_abs. nra. }
  assert (E : expectation (fun x => Phi (w x s) + h * (phi (w x s) * sqrt (1 + w1 x s ^ 2)))
    <= expectation (fun x => Phi (w x (s + h)) + C * h ^ 2)).
  { apply expectation_le.
    - apply (tame_plus (fun x => Phi (w x s))
        (fun x => h * (phi (w x s) * sqrt (1 + w1 x s ^ 2)))); [exact P|].
      now apply (tame_scal h (fun x => phi (w x s) * sqrt (1 + w1 x s ^ 2))).
    - apply (tame_plus (fun x => Phi (w x (s + h))) (fun _ => C * h ^ 2)); [exact P'|].
      apply tame_const.
    - intro x. assert (Y := Phi_growth w w1 w2 M x s h T H). unfold C.
      specialize (Y (fun x => D0 x s) (fun x => D1 x s) (fun x => B1 x s) (fun x => B2 x s)). lra. }
  rewrite (expectation_plus (fun x => Phi (w x s))
    (fun x => h * (phi (w x s) * sqrt (1 + w1 x s ^ 2)))) in E; [|exact P|].
  2: now apply (tame_scal h (fun x => phi (w x s) * sqrt (1 + w1 x s ^ 2))).
  rewrite (expectation_scal h (fun x => phi (w x s) * sqrt (1 + w1 x s ^ 2)) F) in E.
  rewrite (expectation_plus (fun x => Phi (w x (s + h))) (fun _ => C * h ^ 2)) in E;
    [|exact P'|apply tame_const].
  rewrite expectation_const in E. fold (level w s) in E. fold (level w (s + h)) in E.
  assert (h * profile (level w s) <= h * expectation (fun x => phi (w x s) * sqrt (1 + w1 x s ^ 2)))
    by (apply Rmult_le_compat_l; lra).
  lra.
Qed.

(* ---- From small steps to all steps ---- *)

(* V(s + h) >= V(s) + h - C' h^2 for V = Phi_inv(G), C' = (C + 1) / phi(K). *)
Lemma quantile_growth (G G' h C K : R) : 0 < K -> 0 <= C -> 0 <= h ->
  (C + 1) / phi K * h <= 1 ->
  Phi (- K) <= G <= Phi K -> Phi (- K) <= G' <= Phi K ->
  G + h * profile G - C * h ^ 2 <= G' ->
  Phi_inv G + h - (C + 1) / phi K * h ^ 2 <= Phi_inv G'.
Proof.
  intros K0 C0 H0 H1 HG HG' S. set (D := (C + 1) / phi K) in *.
  assert (P := phi_pos K). assert (DE : D * phi K = C + 1) by (unfold D; field; lra).
  assert (D0 : 0 < D) by (apply Rdiv_lt_0_compat; lra).
  assert (L0 := Phi_pos (- K)). assert (L1 := Phi_lt_1 K).
  apply Phi_inv_ge; [lra|]. apply Rle_trans with (2 := S).
  set (V := Phi_inv G). assert (E : Phi V = G) by (apply Phi_inv_spec; lra).
  assert (V0 : - K <= V) by (apply Phi_inv_ge; lra).
  assert (V1 : V <= K) by (apply Phi_inv_le; lra).
  assert (PV : phi K <= phi V) by (apply phi_decr, Rabs_le; lra).
  assert (Y := Phi_taylor V (V + h - D * h ^ 2)). apply Rabs_le_between in Y.
  replace (V + h - D * h ^ 2 - V) with (h * (1 - D * h)) in Y by ring. rewrite E in Y.
  assert (Q : (h * (1 - D * h)) ^ 2 <= h ^ 2).
  { rewrite Rpow_mult_distr. assert (Z := pow2_ge_0 h).
    assert (0 <= D * h) by (apply Rmult_le_pos; lra).
    assert ((1 - D * h) ^ 2 <= 1) by nra. nra. }
  unfold profile. fold V.
  assert (R1 : (C + 1) * h ^ 2 <= phi V * D * h ^ 2).
  { apply Rmult_le_compat_r; [apply pow2_ge_0|]. rewrite -DE (Rmult_comm D).
    apply Rmult_le_compat_r; lra. }
  assert (phi V * (h * (1 - D * h)) = h * phi V - phi V * D * h ^ 2) by ring. lra.
Qed.

(* V(s + h) >= V(s) + h - D h^2 on [a, a + k] for h small sums up to V(a + k) >= V(a) + k. *)
Lemma steps_add_up (V : R -> R) (a k D d : R) : 0 <= k -> 0 < d -> 0 <= D ->
  (forall s h, a <= s -> s + h <= a + k -> 0 <= h <= d -> V s + h - D * h ^ 2 <= V (s + h)) ->
  V a + k <= V (a + k).
Proof.
  intros K0 d0 D0 HS. apply Rnot_lt_le. intro N. set (e := V a + k - V (a + k)).
  assert (E0 : 0 < e) by (unfold e; lra).
  assert (A : 0 <= k / d) by (apply Rmult_le_pos; [lra|left; now apply Rinv_0_lt_compat]).
  assert (B : 0 <= D * k ^ 2 / e).
  { apply Rmult_le_pos; [|left; now apply Rinv_0_lt_compat].
    apply Rmult_le_pos; [exact D0|apply pow2_ge_0]. }
  destruct (nfloor_ex (k / d + D * k ^ 2 / e)) as [n' [_ Hn']]; [lra|].
  set (n := S n'). assert (Hn : k / d + D * k ^ 2 / e < INR n) by (unfold n; rewrite S_INR; lra).
  assert (n0 : 0 < INR n) by lra.
  set (h := k / INR n). assert (hE : INR n * h = k) by (unfold h; field; lra).
  assert (h0 : 0 <= h) by (apply Rmult_le_pos; [lra|left; now apply Rinv_0_lt_compat]).
  assert (hd : h <= d).
  { apply Rmult_le_reg_l with (INR n); [exact n0|]. rewrite hE.
    replace k with (k / d * d) by (field; lra). apply Rmult_le_compat_r; lra. }
  assert (I : forall i, (i <= n)%nat -> V a + INR i * (h - D * h ^ 2) <= V (a + INR i * h)).
  { induction i as [|i IH]; intro L.
    - simpl. rewrite !Rmult_0_l !Rplus_0_r. lra.
    - specialize (IH (le_S_n _ _ (le_S _ _ L))).
      assert (i0 := pos_INR i). assert (Li := le_INR _ _ L). rewrite S_INR in Li. rewrite S_INR.
      assert (U : 0 <= INR i * h) by (apply Rmult_le_pos; lra).
      assert (U1 : (INR i + 1) * h <= INR n * h) by (apply Rmult_le_compat_r; lra).
      assert (T := HS (a + INR i * h) h ltac:(lra) ltac:(lra) ltac:(lra)).
      replace (a + (INR i + 1) * h) with (a + INR i * h + h) by ring. lra. }
  specialize (I n (le_n n)). rewrite hE in I.
  assert (F : INR n * (h - D * h ^ 2) = k - D * k ^ 2 / INR n).
  { unfold h. field. lra. }
  rewrite F in I.
  assert (D * k ^ 2 / INR n < e); [|unfold e in *; lra].
  apply Rmult_lt_reg_r with (INR n); [exact n0|].
  replace (D * k ^ 2 / INR n * INR n) with (D * k ^ 2 / e * e) by (field; lra).
  rewrite (Rmult_comm e). apply Rmult_lt_compat_r; lra.
Qed.

(* The claim for w with four bounded derivatives in x. *)
Lemma timelike_step_smooth (w w1 w2 w3 w4 : R -> R -> R) (L B M : R) : timelike w ->
  0 <= L -> 0 <= B ->
  (forall x s, is_derive (fun x => w x s) x (w1 x s)) ->
  (forall x s, is_derive (fun x => w1 x s) x (w2 x s)) ->
  (forall x s, is_derive (fun x => w2 x s) x (w3 x s)) ->
  (forall x s, is_derive (fun x => w3 x s) x (w4 x s)) ->
  (forall x s, Rabs (w x s) <= B + L * Rabs s) ->
  (forall x s, Rabs (w1 x s) <= M) -> (forall x s, Rabs (w2 x s) <= M) ->
  (forall x s, Rabs (w3 x s) <= M) -> (forall x s, Rabs (w4 x s) <= M) ->
  forall s k, 0 <= k -> Phi_inv (level w s) + k <= Phi_inv (level w (s + k)).
Proof.
  intros T L0 B0 D0 D1 D2 D3 BW B1 B2 B3 B4 a k K0.
  set (K := B + L * (Rabs a + k) + 1).
  assert (A0 := Rabs_pos a).
  assert (KL : 0 <= L * (Rabs a + k)) by (apply Rmult_le_pos; lra).
  assert (K1 : 0 < K) by (unfold K; lra).
  assert (BK : forall x s, a <= s <= a + k -> Rabs (w x s) <= K).
  { intros x s Hs. apply Rle_trans with (1 := BW x s). unfold K.
    assert (Rabs s <= Rabs a + k).
    { apply Rabs_le. assert (Z := Rle_abs a). assert (Z' := Rle_abs (- a)).
      rewrite Rabs_Ropp in Z'. lra. }
    assert (L * Rabs s <= L * (Rabs a + k)) by (apply Rmult_le_compat_l; lra). lra. }
  assert (M0 : 0 <= M) by (apply Rle_trans with (2 := B1 0 0), Rabs_pos).
  set (C := M + (1 + 2 * M) ^ 2).
  assert (C0 : 0 <= C) by (unfold C; assert (Z := pow2_ge_0 (1 + 2 * M)); lra).
  set (D := (C + 1) / phi K). assert (P := phi_pos K).
  assert (DP : 0 < D) by (apply Rdiv_lt_0_compat; lra).
  assert (ID : 0 < / D) by now apply Rinv_0_lt_compat.
  assert (G : forall s, a <= s <= a + k -> Phi (- K) <= level w s <= Phi K).
  { intros s Hs. apply (expectation_Phi_between (fun x => w x s)).
    - apply (continuous_of_derivative _ (fun x => w1 x s)). intro; apply D0.
    - intro x. now apply BK. }
  apply (steps_add_up (fun s => Phi_inv (level w s)) a k D (Rmin 1 (/ D)));
    [exact K0|apply Rmin_glb_lt; lra|lra|].
  intros s h S0 S1 [H0 H1].
  assert (Z := Rmin_l 1 (/ D)). assert (Z' := Rmin_r 1 (/ D)).
  apply (quantile_growth _ _ h C K); [exact K1|exact C0|exact H0| |apply G; lra|apply G; lra|].
  - fold D. rewrite -(Rinv_r D); [|lra]. apply Rmult_le_compat_l; lra.
  - apply (level_growth w w1 w2 w3 w4 K M); auto; [lra|]. intro x. apply BK. lra.
Qed.

(* ---- Smoothing in x keeps the hypotheses ---- *)

(* w is time-like, Lipschitz in x and s together, and grows at most linearly in s. *)
Definition admissible (w : R -> R -> R) (L B : R) : Prop :=
  timelike w /\ (forall x x' s, Rabs (w x s - w x' s) <= L * Rabs (x - x')) /\
  (forall x s, Rabs (w x s) <= B + L * Rabs s).

Definition smooth (e : R) (w : R -> R -> R) (x s : R) : R := average e (fun x => w x s) x.

Lemma admissible_continuous (w : R -> R -> R) (L B s : R) : 0 <= L -> admissible w L B ->
  forall x, continuous (fun x => w x s) x.
Proof.
  intros L0 [_ [H _]]. apply (lipschitz_continuous _ L L0). intros; apply H.
Qed.

Lemma smooth_admissible (w : R -> R -> R) (L B e : R) : 0 < e -> 0 <= L ->
  admissible w L B -> admissible (smooth e w) L B.
Proof.
  intros E L0 A. assert (C := fun s => admissible_continuous w L B s L0 A).
  destruct A as [T [H N]]. split; [|split].
  - intros x x' s k Hk. apply average_comparison; [exact E|apply C|apply C|].
    intro t. assert (Y := T (x + t) (x' + t) s k).
    replace (x + t - (x' + t)) with (x - x') in Y by ring. now apply Y.
  - intros x x' s. apply (average_close (fun x => w x s) (fun x => w x s));
      [exact E|apply C|apply C|].
    intro t. apply Rle_trans with (1 := H _ _ _). right. f_equal. f_equal. ring.
  - intros x s. apply (average_bounded (fun x => w x s)); [exact E|apply C|]. intro; apply N.
Qed.

Lemma smooth_d (w : R -> R -> R) (L B e x s : R) : 0 <= L -> admissible w L B ->
  is_derive (fun x => smooth e w x s) x (difference e (fun x => w x s) x).
Proof. intros L0 A. apply average_d. now apply (admissible_continuous w L B). Qed.

Lemma smooth_near (w : R -> R -> R) (L B e x s : R) : 0 < e -> 0 <= L -> admissible w L B ->
  Rabs (smooth e w x s - w x s) <= L * e.
Proof.
  intros E L0 [_ [H _]]. apply (average_near (fun x => w x s)); [exact E|exact L0|].
  intros; apply H.
Qed.

Definition smooth4 (e : R) (w : R -> R -> R) : R -> R -> R :=
  smooth e (smooth e (smooth e (smooth e w))).

Lemma smooth4_near (w : R -> R -> R) (L B e x s : R) : 0 < e -> 0 <= L -> admissible w L B ->
  Rabs (smooth4 e w x s - w x s) <= 4 * L * e.
Proof.
  intros E L0 A. assert (A1 := smooth_admissible w L B e E L0 A).
  assert (A2 := smooth_admissible _ L B e E L0 A1).
  assert (A3 := smooth_admissible _ L B e E L0 A2).
  assert (H0 := smooth_near _ L B e x s E L0 A). assert (H1 := smooth_near _ L B e x s E L0 A1).
  assert (H2 := smooth_near _ L B e x s E L0 A2). assert (H3 := smooth_near _ L B e x s E L0 A3).
  unfold smooth4. apply Rabs_le_between in H0. apply Rabs_le_between in H1.
  apply Rabs_le_between in H2. apply Rabs_le_between in H3. apply Rabs_le. lra.
Qed.

(* The claim for the fourfold average: its derivatives are D A^3 w, D D A^2 w, D D D A w, D^4 w. *)
Lemma timelike_step_smooth4 (w : R -> R -> R) (L B e : R) : 0 < e -> 0 <= L -> 0 <= B ->
  admissible w L B -> forall s k, 0 <= k ->
  Phi_inv (level (smooth4 e w) s) + k <= Phi_inv (level (smooth4 e w) (s + k)).
Proof.
  intros E L0 B0 A. assert (A1 := smooth_admissible w L B e E L0 A).
  set (a1 := smooth e w) in *. assert (A2 := smooth_admissible _ L B e E L0 A1).
  set (a2 := smooth e a1) in *. assert (A3 := smooth_admissible _ L B e E L0 A2).
  set (a3 := smooth e a2) in *. assert (A4 := smooth_admissible _ L B e E L0 A3).
  change (smooth4 e w) with (smooth e a3). set (a4 := smooth e a3) in *.
  assert (U : forall v, admissible v L B -> forall x s,
    Rabs (difference e (fun x => v x s) x) <= L).
  { intros v [_ [H _]] x s. apply (difference_lipschitz (fun x => v x s)); [exact E|].
    intros; apply H. }
  set (D := fun (v : R -> R -> R) x s => difference e (fun x => v x s) x).
  assert (DB : forall v N, (forall x s, Rabs (v x s) <= N) ->
    forall x s, Rabs (D v x s) <= 2 * N / e).
  { intros v N H x s. apply (difference_bounded (fun x => v x s)); [exact E|]. intro; apply H. }
  assert (DD : forall v v1, (forall x s, is_derive (fun x => v x s) x (v1 x s)) ->
    forall x s, is_derive (fun x => D v x s) x (D v1 x s)).
  { intros v v1 H x s. apply (difference_d (fun x => v x s) (fun x => v1 x s)). intro; apply H. }
  assert (S : forall v, admissible v L B ->
    forall x s, is_derive (fun x => smooth e v x s) x (D v x s)).
  { intros v H x s. now apply (smooth_d v L B). }
  set (M2 := 2 * L / e). set (M3 := 2 * M2 / e). set (M4 := 2 * M3 / e).
  set (M := Rmax (Rmax L M2) (Rmax M3 M4)).
  assert (L1 : L <= M) by (eapply Rle_trans; apply Rmax_l).
  assert (L2 : M2 <= M) by (eapply Rle_trans; [apply Rmax_r|apply Rmax_l]).
  assert (L3 : M3 <= M) by (eapply Rle_trans; [apply Rmax_l|apply Rmax_r]).
  assert (L4 : M4 <= M) by (eapply Rle_trans; apply Rmax_r).
  apply (timelike_step_smooth a4 (D a3) (D (D a2)) (D (D (D a1))) (D (D (D (D w)))) L B M).
  - apply A4.
  - exact L0.
  - exact B0.
  - now apply S.
  - apply DD. now apply S.
  - apply DD, DD. now apply S.
  - apply DD, DD, DD. now apply S.
  - apply A4.
  - intros x s. apply Rle_trans with (2 := L1). now apply U.
  - intros x s. apply Rle_trans with (2 := L2). apply DB. now apply U.
  - intros x s. apply Rle_trans with (2 := L3). apply DB, DB. now apply U.
  - intros x s. apply Rle_trans with (2 := L4). apply DB, DB, DB. now apply U.
Qed.

(* ---- The limit ---- *)

Lemma level_near (v w : R -> R -> R) (s d : R) : (forall x, continuous (fun x => v x s) x) ->
  (forall x, continuous (fun x => w x s) x) -> (forall x, Rabs (v x s - w x s) <= d) ->
  Rabs (level v s - level w s) <= d.
Proof.
  intros V W H. assert (TV := Phi_tame _ V). assert (TW := Phi_tame _ W).
  unfold level. rewrite -(expectation_minus _ _ TV TW). rewrite -(expectation_const d).
  apply expectation_abs_le; [exact (tame_minus _ _ TV TW)|apply tame_const|].
  intro x. apply Rle_trans with (1 := Phi_lipschitz _ _), H.
Qed.

Theorem timelike_step (w : R -> R -> R) (L B : R) : 0 <= L -> 0 <= B ->
  (forall x x' s s', Rabs (w x s - w x' s') <= L * (Rabs (x - x') + Rabs (s - s'))) ->
  (forall x s, Rabs (w x s) <= B + L * Rabs s) ->
  timelike w ->
  forall s k, 0 <= k ->
    Phi_inv (expectation (fun x => Phi (w x s))) + k
    <= Phi_inv (expectation (fun x => Phi (w x (s + k)))).
Proof.
  intros L0 B0 H N T s k K0. fold (level w s). fold (level w (s + k)).
  assert (A : admissible w L B).
  { split; [exact T|]. split; [|exact N]. intros x x' t. apply Rle_trans with (1 := H x x' t t).
    rewrite Rminus_eq_0 Rabs_R0 Rplus_0_r. lra. }
  assert (I : forall v t, admissible v L B -> 0 < level v t < 1).
  { intros v t Av. destruct (expectation_Phi_between (fun x => v x t) (B + L * Rabs t)) as [X Y].
    - now apply (admissible_continuous v L B).
    - intro; apply Av.
    - assert (P := Phi_pos (- (B + L * Rabs t))). assert (P1 := Phi_lt_1 (B + L * Rabs t)).
      unfold level. lra. }
  apply Rnot_lt_le. intro F.
  set (a := Phi_inv (level w s)) in *. set (b := Phi_inv (level w (s + k))) in *.
  set (d := (a + k - b) / 3). assert (d0 : 0 < d) by (unfold d; lra).
  assert (Ea : Phi a = level w s) by (apply Phi_inv_spec, I, A).
  assert (Eb : Phi b = level w (s + k)) by (apply Phi_inv_spec, I, A).
  assert (Ga := Phi_incr (a - d) a ltac:(lra)). assert (Gb := Phi_incr b (b + d) ltac:(lra)).
  set (m := Rmin (Phi a - Phi (a - d)) (Phi (b + d) - Phi b)).
  assert (m0 : 0 < m) by (apply Rmin_glb_lt; lra).
  assert (ma : m <= Phi a - Phi (a - d)) by apply Rmin_l.
  assert (mb : m <= Phi (b + d) - Phi b) by apply Rmin_r.
  set (e := m / (4 * L + 1)). assert (e0 : 0 < e) by (apply Rdiv_lt_0_compat; lra).
  assert (em : 4 * L * e <= m).
  { replace m with ((4 * L + 1) * e) by (unfold e; field; lra). nra. }
  assert (A4 : admissible (smooth4 e w) L B)
    by (unfold smooth4; now repeat apply smooth_admissible).
  assert (C : forall t, Rabs (level (smooth4 e w) t - level w t) <= m).
  { intro t. apply Rle_trans with (2 := em). apply level_near.
    - now apply (admissible_continuous _ L B).
    - now apply (admissible_continuous _ L B).
    - intro x. now apply (smooth4_near w L B). }
  assert (Z := timelike_step_smooth4 w L B e e0 L0 B0 A s k K0).
  assert (Ca := C s). assert (Cb := C (s + k)).
  apply Rabs_le_between in Ca. apply Rabs_le_between in Cb.
  assert (a - d <= Phi_inv (level (smooth4 e w) s)) by (apply Phi_inv_ge; [now apply I|lra]).
  assert (Phi_inv (level (smooth4 e w) (s + k)) <= b + d) by (apply Phi_inv_le; [now apply I|lra]).
  unfold d in *. lra.
Qed.
