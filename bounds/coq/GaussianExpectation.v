(* Expectation under the standard normal law on R.

   E h = lim_n int_{-n}^{n} h phi for h continuous of polynomial growth (tame). Proved here: the
   limit exists, because |h| phi <= C / (1 + x^2); E is a positive linear functional with E 1 = 1,
   strictly increasing; E[x g(x)] = E[g'(x)] (Stein); E x = 0, E x^2 = 1; and the law has
   distribution function Phi, in the form that the expectation of a ramp from 0 at t to 1 at t + d
   lies between Q (t + d) and Q t. *)
From Coq Require Import Reals Lra Psatz ssreflect.
From Coquelicot Require Import Coquelicot.
From ClassRadius Require Import Normal.
Open Scope R_scope.

(* Continuous, of polynomial growth. *)
Definition tame (h : R -> R) : Prop :=
  (forall x, continuous h x) /\
  exists (C : R) (n : nat), forall x, Rabs (h x) <= C * (1 + x ^ 2) ^ n.

Definition truncated_expectation (h : R -> R) (n : nat) : R :=
  RInt (fun x => h x * phi x) (- INR n) (INR n).

(* E h = lim_n int_{-n}^{n} h phi. *)
Definition expectation (h : R -> R) : R := real (Lim_seq (truncated_expectation h)).

(* ---- Tame functions form an algebra ---- *)

Lemma weight_ge_1 (x : R) (n : nat) : 1 <= (1 + x ^ 2) ^ n.
Proof. apply pow_R1_Rle. assert (H := pow2_ge_0 x). lra. Qed.

(* The constant is nonnegative, and the exponent may be raised. *)
Lemma tame_bound (h : R -> R) : tame h -> exists (C : R) (n : nat), 0 <= C /\
  forall m x, (n <= m)%nat -> Rabs (h x) <= C * (1 + x ^ 2) ^ m.
Proof.
  intros [_ [C [n B]]]. exists C, n.
  assert (P : 0 <= C).
  { assert (H := B 0). assert (W := weight_ge_1 0 n). assert (A := Rabs_pos (h 0)). nra. }
  split; [exact P|]. intros m x L. apply Rle_trans with (1 := B x).
  apply Rmult_le_compat_l; [exact P|]. apply Rle_pow; [|exact L]. assert (H := pow2_ge_0 x). lra.
Qed.

Lemma tame_dominated (h k : R -> R) :
  (forall x, continuous h x) -> tame k -> (forall x, Rabs (h x) <= k x) -> tame h.
Proof.
  intros H [_ [C [n B]]] D. split; [exact H|]. exists C, n. intro x.
  apply Rle_trans with (1 := D x). apply Rle_trans with (2 := B x). apply Rle_abs.
Qed.

Lemma tame_bounded (h : R -> R) (C : R) :
  (forall x, continuous h x) -> (forall x, Rabs (h x) <= C) -> tame h.
Proof. intros H B. split; [exact H|]. exists C, 0%nat. intro x. rewrite /= Rmult_1_r. apply B. Qed.

Lemma tame_const (c : R) : tame (fun _ => c).
Proof. apply tame_bounded with (Rabs c); intro x; [apply continuous_const|lra]. Qed.

Lemma tame_id : tame (fun x => x).
Proof.
  split; [intro x; apply continuous_id|]. exists 1, 1%nat. intro x.
  rewrite pow_1 Rmult_1_l. apply Rabs_le. nra.
Qed.

Lemma tame_ext (f g : R -> R) : (forall x, f x = g x) -> tame f -> tame g.
Proof.
  intros E [H [C [n B]]]. split.
  - intro x. now apply (continuous_ext f).
  - exists C, n. intro x. rewrite -E. apply B.
Qed.

Lemma tame_plus (f g : R -> R) : tame f -> tame g -> tame (fun x => f x + g x).
Proof.
  intros F G. split.
  - intro x. apply (continuous_plus (V := R_NormedModule)); [apply F|apply G].
  - destruct (tame_bound f F) as [C [n [_ B]]]. destruct (tame_bound g G) as [D [m [_ A]]].
    exists (C + D), (n + m)%nat. intro x. apply Rle_trans with (1 := Rabs_triang _ _).
    assert (B' := B (n + m)%nat x ltac:(lia)). assert (A' := A (n + m)%nat x ltac:(lia)). lra.
Qed.

Lemma tame_mult (f g : R -> R) : tame f -> tame g -> tame (fun x => f x * g x).
Proof.
  intros F G. split.
  - intro x. apply (continuous_mult (K := R_AbsRing)); [apply F|apply G].
  - destruct (tame_bound f F) as [C [n [_ B]]]. destruct (tame_bound g G) as [D [m [_ A]]].
    exists (C * D), (n + m)%nat. intro x. rewrite Rabs_mult pow_add.
    replace (C * D * ((1 + x ^ 2) ^ n * (1 + x ^ 2) ^ m))
      with ((C * (1 + x ^ 2) ^ n) * (D * (1 + x ^ 2) ^ m)) by ring.
    apply Rmult_le_compat; try apply Rabs_pos; [apply B|apply A]; lia.
Qed.

Lemma tame_scal (c : R) (f : R -> R) : tame f -> tame (fun x => c * f x).
Proof. intro F. apply (tame_mult (fun _ => c) f); [apply tame_const|exact F]. Qed.

Lemma tame_opp (f : R -> R) : tame f -> tame (fun x => - f x).
Proof.
  intro F. apply (tame_ext (fun x => -1 * f x)); [intro; ring|]. now apply tame_scal.
Qed.

Lemma tame_minus (f g : R -> R) : tame f -> tame g -> tame (fun x => f x - g x).
Proof. intros F G. apply (tame_plus f (fun x => - g x)); [exact F|now apply tame_opp]. Qed.

Lemma tame_pow (f : R -> R) (n : nat) : tame f -> tame (fun x => f x ^ n).
Proof.
  intro F. induction n as [|n IH]; simpl; [apply tame_const|].
  now apply (tame_mult f (fun x => f x ^ n)).
Qed.

Lemma tame_abs (f : R -> R) : tame f -> tame (fun x => Rabs (f x)).
Proof.
  intros [H [C [n B]]]. split.
  - intro x. apply (continuous_comp f Rabs); [apply H|apply continuous_Rabs].
  - exists C, n. intro x. rewrite Rabs_Rabsolu. apply B.
Qed.

Lemma tame_lipschitz (h : R -> R) (L : R) :
  (forall x y, Rabs (h x - h y) <= L * Rabs (x - y)) -> tame h.
Proof.
  intro H. assert (P : 0 <= L).
  { assert (A := H 1 0). rewrite Rminus_0_r Rabs_R1 in A. assert (B := Rabs_pos (h 1 - h 0)). lra. }
  split.
  - intro x. apply (proj2 (filterlim_locally h (h x))). intro e.
    assert (D : 0 < e / (L + 1)) by (apply Rdiv_lt_0_compat; [apply cond_pos|lra]).
    exists (mkposreal _ D). intros y Hy. change (Rabs (y - x) < e / (L + 1)) in Hy.
    change (Rabs (h y - h x) < e). apply Rle_lt_trans with (1 := H y x).
    assert (Y := Rabs_pos (y - x)). assert (E := cond_pos e).
    replace (pos e) with ((L + 1) * (e / (L + 1))) at 1 by (field; lra). nra.
  - exists (Rabs (h 0) + L), 1%nat. intro x. assert (A := H x 0). rewrite Rminus_0_r in A.
    assert (T := Rabs_triang_inv (h x) (h 0)).
    assert (X : Rabs x <= 1 + x ^ 2) by (apply Rabs_le; nra).
    assert (Z := Rabs_pos (h 0)). assert (Y := pow2_ge_0 x). rewrite pow_1. nra.
Qed.

(* ---- The limit exists ---- *)

(* z^k <= exp (k z). *)
Lemma pow_le_exp (z : R) (k : nat) : 0 <= z -> z ^ k <= exp (INR k * z).
Proof.
  intro P. induction k as [|k IH].
  - rewrite Rmult_0_l exp_0 /=. lra.
  - rewrite S_INR. replace ((INR k + 1) * z) with (z + INR k * z) by ring. rewrite exp_plus /=.
    apply Rmult_le_compat; [exact P|now apply pow_le| |exact IH].
    assert (H := exp_ineq1_le z). lra.
Qed.

(* (1 + x^2)^(n + 1) phi(x) is bounded. *)
Lemma weight_phi_bounded (n : nat) : exists C, 0 <= C /\ forall x, (1 + x ^ 2) ^ S n * phi x <= C.
Proof.
  set (k := S n). assert (K : 0 < INR k) by (apply lt_0_INR; unfold k; lia).
  exists (exp (1 / 2) * (2 * INR k) ^ k). split.
  { apply Rmult_le_pos; [left; apply exp_pos|apply pow_le; lra]. }
  intro x. set (y := 1 + x ^ 2). assert (Y : 0 < y) by (assert (H := pow2_ge_0 x); unfold y; lra).
  assert (W : 0 < (2 * INR k) ^ k) by (apply pow_lt; lra).
  assert (E : y ^ k <= (2 * INR k) ^ k * exp (y / 2)).
  { assert (H := pow_le_exp (y / (2 * INR k)) k ltac:(left; apply Rdiv_lt_0_compat; lra)).
    replace (INR k * (y / (2 * INR k))) with (y / 2) in H by (field; lra).
    replace (y ^ k) with ((2 * INR k) ^ k * (y / (2 * INR k)) ^ k).
    - apply Rmult_le_compat_l; lra.
    - rewrite -Rpow_mult_distr. f_equal. field. lra. }
  assert (F : exp (y / 2) * phi0 x = exp (1 / 2)).
  { unfold phi0. rewrite -exp_plus. f_equal. unfold y. field. }
  assert (P := phi0_pos x). assert (L := phi_le_phi0 x). assert (B := phi_pos x).
  apply Rle_trans with (y ^ k * phi0 x).
  - apply Rmult_le_compat_l; [left; now apply pow_lt|exact L].
  - rewrite -F. replace (exp (y / 2) * phi0 x * (2 * INR k) ^ k)
      with ((2 * INR k) ^ k * exp (y / 2) * phi0 x) by ring. apply Rmult_le_compat_r; lra.
Qed.

(* |h| phi <= C / (1 + x^2). *)
Lemma tame_decay (h : R -> R) : tame h ->
  exists C, 0 <= C /\ forall x, Rabs (h x * phi x) <= C * / (1 + x ^ 2).
Proof.
  intro T. destruct (tame_bound h T) as [C [n [P B]]].
  destruct (weight_phi_bounded n) as [D [D0 W]].
  exists (C * D). split; [now apply Rmult_le_pos|]. intro x.
  assert (Y := pow2_ge_0 x). assert (F := phi_pos x). specialize (B n x (le_n n)). specialize (W x).
  apply Rmult_le_reg_r with (1 + x ^ 2); [lra|].
  replace (C * D * / (1 + x ^ 2) * (1 + x ^ 2)) with (C * D) by (field; lra).
  rewrite Rabs_mult (Rabs_pos_eq (phi x)); [|lra].
  apply Rle_trans with (C * ((1 + x ^ 2) ^ S n * phi x)); [|now apply Rmult_le_compat_l].
  replace (C * ((1 + x ^ 2) ^ S n * phi x)) with (C * (1 + x ^ 2) ^ n * phi x * (1 + x ^ 2))
    by (simpl; ring).
  apply Rmult_le_compat_r; [lra|]. apply Rmult_le_compat_r; [lra|exact B].
Qed.

Lemma tame_density_continuous (h : R -> R) : tame h ->
  forall x, continuous (fun x => h x * phi x) x.
Proof.
  intros [H _] x. apply (continuous_mult (K := R_AbsRing)); [apply H|apply phi_continuous].
Qed.

Lemma tame_integrable (h : R -> R) (a b : R) : tame h -> ex_RInt (fun x => h x * phi x) a b.
Proof.
  intro T. apply (ex_RInt_continuous (V := R_CompleteNormedModule)).
  intros; now apply tame_density_continuous.
Qed.

Lemma tame_chasles (h : R -> R) (a b c : R) : tame h ->
  RInt (fun x => h x * phi x) a b + RInt (fun x => h x * phi x) b c =
  RInt (fun x => h x * phi x) a c.
Proof. intro T. apply (RInt_Chasles (V := R_CompleteNormedModule)); now apply tame_integrable. Qed.

Lemma cauchy_integral (a b : R) : is_RInt (fun x => / (1 + x ^ 2)) a b (atan b - atan a).
Proof.
  apply: (is_RInt_derive atan (fun x => / (1 + x ^ 2))).
  - intros x _. apply is_derive_Reals, derivable_pt_lim_atan.
  - intros x _. apply (ex_derive_continuous (V := R_NormedModule)). auto_derive. nra.
Qed.

(* |int_a^b h phi| <= C (atan b - atan a). *)
Lemma tame_integral_bound (h : R -> R) (C a b : R) : tame h -> a <= b ->
  (forall x, Rabs (h x * phi x) <= C * / (1 + x ^ 2)) ->
  Rabs (RInt (fun x => h x * phi x) a b) <= C * (atan b - atan a).
Proof.
  intros T L B.
  apply: (norm_RInt_le (V := R_NormedModule) (fun x => h x * phi x)
    (fun x => C * / (1 + x ^ 2)) a b).
  - exact L.
  - intros x _. apply B.
  - apply (RInt_correct (V := R_CompleteNormedModule)). now apply tame_integrable.
  - apply (is_RInt_scal (V := R_NormedModule)). apply cauchy_integral.
Qed.

Lemma atan_cauchy : forall e : posreal, exists N, forall n m, (N <= n)%nat -> (N <= m)%nat ->
  Rabs (atan (INR n) - atan (INR m)) < e.
Proof.
  apply (ex_lim_seq_cauchy_corr (fun n => atan (INR n))).
  apply ex_finite_lim_seq_incr with (PI / 2).
  - intro n. left. apply atan_increasing. apply lt_INR. lia.
  - intro n. left. apply atan_bound.
Qed.

(* The integrals over [-n, n] form a Cauchy sequence. *)
Lemma tame_truncated_converges (h : R -> R) : tame h -> ex_finite_lim_seq (truncated_expectation h).
Proof.
  intro T. destruct (tame_decay h T) as [C [P B]]. apply ex_lim_seq_cauchy_corr. intro e.
  assert (D : 0 < e / (2 * C + 1)) by (apply Rdiv_lt_0_compat; [apply cond_pos|lra]).
  destruct (atan_cauchy (mkposreal _ D)) as [N HN]. exists N.
  assert (K : forall n m, (N <= n)%nat -> (n <= m)%nat ->
    Rabs (truncated_expectation h m - truncated_expectation h n) < e).
  { intros n m Ln Lm. assert (I := le_INR n m Lm). unfold truncated_expectation.
    rewrite -(tame_chasles h (- INR m) (- INR n) (INR m) T).
    rewrite -(tame_chasles h (- INR n) (INR n) (INR m) T).
    assert (A1 := tame_integral_bound h C (- INR m) (- INR n) T ltac:(lra) B).
    assert (A2 := tame_integral_bound h C (INR n) (INR m) T I B).
    rewrite !atan_opp in A1.
    assert (H := HN m n ltac:(lia) Ln). simpl in H. apply Rabs_def2 in H.
    set (J := RInt _ (- INR n) (INR n)). set (J1 := RInt _ _ _) in A1. set (J2 := RInt _ _ _) in A2.
    fold J1 J2. replace (J1 + (J + J2) - J) with (J1 + J2) by ring.
    apply Rle_lt_trans with (1 := Rabs_triang _ _).
    replace (pos e) with ((2 * C + 1) * (e / (2 * C + 1))) by (field; lra).
    assert (0 < e / (2 * C + 1)) by exact D. nra. }
  intros n m Ln Lm. destruct (Nat.le_ge_cases n m) as [L|L].
  - rewrite Rabs_minus_sym. now apply K.
  - now apply K.
Qed.

Lemma expectation_limit (h : R -> R) : tame h ->
  is_lim_seq (truncated_expectation h) (expectation h).
Proof. intro T. apply Lim_seq_correct'. now apply tame_truncated_converges. Qed.

Lemma expectation_unique (h : R -> R) (l : R) :
  is_lim_seq (truncated_expectation h) l -> expectation h = l.
Proof. intro L. unfold expectation. now rewrite (is_lim_seq_unique _ _ L). Qed.

(* ---- E is a positive linear functional with E 1 = 1 ---- *)

Lemma expectation_ext (f g : R -> R) : (forall x, f x = g x) -> expectation f = expectation g.
Proof.
  intro E. unfold expectation. f_equal. apply Lim_seq_ext. intro n. apply RInt_ext.
  intros x _. now rewrite E.
Qed.

Lemma phi_integral (a b : R) : RInt phi a b = Q a - Q b.
Proof.
  apply is_RInt_unique. replace (Q a - Q b) with (Phi b - Phi a) by (rewrite !Phi_Q; ring).
  apply: (is_RInt_derive Phi phi).
  - intros x _. apply Phi_d.
  - intros x _. apply phi_continuous.
Qed.

Lemma Q_INR_lim : is_lim_seq (fun n => Q (INR n)) 0.
Proof. apply (is_lim_comp_seq Q INR p_infty 0 Q_lim); [now exists 0%nat|apply is_lim_seq_INR]. Qed.

Lemma expectation_scal (c : R) (f : R -> R) : tame f ->
  expectation (fun x => c * f x) = c * expectation f.
Proof.
  intro F. apply expectation_unique.
  apply is_lim_seq_ext with (fun n => c * truncated_expectation f n).
  - intro n. symmetry. unfold truncated_expectation.
    rewrite -[RHS](RInt_scal (V := R_CompleteNormedModule)); [|now apply tame_integrable].
    apply RInt_ext. intros x _. unfold scal; simpl; unfold mult; simpl. ring.
  - apply (is_lim_seq_scal_l _ c (expectation f)). now apply expectation_limit.
Qed.

Lemma expectation_const (c : R) : expectation (fun _ => c) = c.
Proof.
  rewrite (expectation_ext _ (fun _ => c * 1)); [|intro; ring].
  rewrite (expectation_scal c (fun _ => 1) (tame_const 1)).
  replace (expectation (fun _ => 1)) with 1; [ring|]. symmetry. apply expectation_unique.
  apply is_lim_seq_ext with (fun n => 1 - 2 * Q (INR n)).
  - intro n. unfold truncated_expectation. rewrite (RInt_ext _ phi); [|intros; apply Rmult_1_l].
    rewrite phi_integral. assert (H := Phi_Q (- INR n)). rewrite Phi_opp in H. lra.
  - replace 1 with (1 - 2 * 0) at 1 by ring.
    apply is_lim_seq_minus'; [apply is_lim_seq_const|].
    apply (is_lim_seq_scal_l _ 2 0). apply Q_INR_lim.
Qed.

Lemma expectation_plus (f g : R -> R) : tame f -> tame g ->
  expectation (fun x => f x + g x) = expectation f + expectation g.
Proof.
  intros F G. apply expectation_unique.
  apply is_lim_seq_ext with (fun n => truncated_expectation f n + truncated_expectation g n).
  - intro n. symmetry. unfold truncated_expectation.
    rewrite -[RHS](RInt_plus (V := R_CompleteNormedModule)); try now apply tame_integrable.
    apply RInt_ext. intros x _. unfold plus; simpl. ring.
  - apply is_lim_seq_plus'; now apply expectation_limit.
Qed.

Lemma expectation_opp (f : R -> R) : tame f -> expectation (fun x => - f x) = - expectation f.
Proof.
  intro F. rewrite (expectation_ext _ (fun x => -1 * f x)); [|intro; ring].
  rewrite expectation_scal; [ring|exact F].
Qed.

Lemma expectation_minus (f g : R -> R) : tame f -> tame g ->
  expectation (fun x => f x - g x) = expectation f - expectation g.
Proof.
  intros F G. assert (H := expectation_plus f (fun x => - g x) F (tame_opp g G)).
  rewrite expectation_opp in H; [|exact G]. exact H.
Qed.

Lemma expectation_le (f g : R -> R) : tame f -> tame g -> (forall x, f x <= g x) ->
  expectation f <= expectation g.
Proof.
  intros F G L.
  apply (is_lim_seq_le (truncated_expectation f) (truncated_expectation g)
    (expectation f) (expectation g)); try now apply expectation_limit.
  intro n. assert (P := pos_INR n). apply RInt_le.
  - lra.
  - now apply tame_integrable.
  - now apply tame_integrable.
  - intros x _. apply Rmult_le_compat_r; [left; apply phi_pos|apply L].
Qed.

(* A strict inequality at every point stays strict: E (g - f) >= int_{-1}^1 (g - f) phi > 0. *)
Lemma expectation_lt (f g : R -> R) : tame f -> tame g -> (forall x, f x < g x) ->
  expectation f < expectation g.
Proof.
  intros F G L. set (h := fun x => g x - f x). assert (T : tame h) by now apply tame_minus.
  assert (P : forall x, 0 < h x * phi x).
  { intro x. apply Rmult_lt_0_compat; [|apply phi_pos]. unfold h. specialize (L x). lra. }
  assert (N : forall a b, a <= b -> 0 <= RInt (fun x => h x * phi x) a b).
  { intros a b Lab. apply RInt_ge_0; [exact Lab|now apply tame_integrable|].
    intros x _. left. apply P. }
  assert (I : 0 < RInt (fun x => h x * phi x) (-1) 1).
  { apply RInt_gt_0; [lra| |].
    - intros x _. apply P.
    - intros x _. now apply tame_density_continuous. }
  assert (H : RInt (fun x => h x * phi x) (-1) 1 <= expectation h).
  { apply (is_lim_seq_le_loc (fun _ => RInt (fun x => h x * phi x) (-1) 1) (truncated_expectation h)
      (RInt (fun x => h x * phi x) (-1) 1) (expectation h)).
    - exists 1%nat. intros n Hn. apply le_INR in Hn. simpl in Hn. unfold truncated_expectation.
      rewrite -(tame_chasles h (- INR n) (-1) (INR n) T) -(tame_chasles h (-1) 1 (INR n) T).
      assert (A := N (- INR n) (-1) ltac:(lra)). assert (B := N 1 (INR n) Hn). lra.
    - apply is_lim_seq_const.
    - now apply expectation_limit. }
  assert (E := expectation_minus g f G F). unfold h in H, I. lra.
Qed.

Lemma expectation_abs_le (f k : R -> R) : tame f -> tame k -> (forall x, Rabs (f x) <= k x) ->
  Rabs (expectation f) <= expectation k.
Proof.
  intros F K L. apply Rabs_le. split.
  - rewrite -expectation_opp; [|exact K]. apply expectation_le; [now apply tame_opp|exact F|].
    intro x. specialize (L x). apply Rabs_le_between in L. lra.
  - apply expectation_le; [exact F|exact K|]. intro x.
    apply Rle_trans with (2 := L x). apply Rle_abs.
Qed.

(* ---- Integration by parts ---- *)

Lemma tame_boundary (h : R -> R) : tame h ->
  is_lim_seq (fun n => h (INR n) * phi (INR n)) 0 /\
  is_lim_seq (fun n => h (- INR n) * phi (- INR n)) 0.
Proof.
  intro T. destruct (tame_decay h T) as [C [P B]].
  assert (Z : is_lim_seq (fun n => 2 * C * / INR (S n)) 0).
  { replace 0 with (2 * C * 0) by ring. apply (is_lim_seq_scal_l _ (2 * C) 0).
    apply (is_lim_seq_incr_1 (fun n => / INR n)).
    apply (is_lim_seq_inv INR p_infty is_lim_seq_INR). discriminate. }
  assert (K : forall (n : nat) x, x = INR n \/ x = - INR n ->
    Rabs (h x * phi x) <= 2 * C * / INR (S n)).
  { intros n x X. apply Rle_trans with (1 := B x). assert (N := pos_INR n). rewrite S_INR.
    replace (x ^ 2) with (INR n * INR n) by (destruct X; subst; ring).
    replace (2 * C * / (INR n + 1)) with (C * / ((INR n + 1) / 2)) by (field; lra).
    apply Rmult_le_compat_l; [exact P|]. apply Rinv_le_contravar; nra. }
  split; apply is_lim_seq_abs_0;
    apply (is_lim_seq_le_le (fun _ => 0) _ (fun n => 2 * C * / INR (S n)) 0);
    try exact Z; try apply is_lim_seq_const;
    intro n; (split; [apply Rabs_pos|apply K; auto]).
Qed.

(* E[x g(x)] = E[g'(x)], since (g phi)' = (g' - x g) phi. *)
Theorem stein (g g1 : R -> R) : (forall x, is_derive g x (g1 x)) -> tame g -> tame g1 ->
  expectation (fun x => x * g x) = expectation g1.
Proof.
  intros D G G1. assert (X : tame (fun x => x * g x)) by (apply (tame_mult (fun x => x) g);
    [apply tame_id|exact G]).
  assert (T : tame (fun x => g1 x - x * g x)) by now apply (tame_minus g1 (fun x => x * g x)).
  assert (H := expectation_minus g1 (fun x => x * g x) G1 X).
  assert (Z : expectation (fun x => g1 x - x * g x) = 0); [|lra].
  apply expectation_unique. destruct (tame_boundary g G) as [R1 R2].
  apply is_lim_seq_ext with (fun n => g (INR n) * phi (INR n) - g (- INR n) * phi (- INR n)).
  - intro n. symmetry. apply is_RInt_unique.
    apply: (is_RInt_derive (fun x => g x * phi x)).
    + intros x _. evar_last.
      * apply: is_derive_mult; [apply D|apply phi_d|]. intros u v. unfold mult; simpl. ring.
      * unfold plus; simpl; unfold mult; simpl. ring.
    + intros x _. now apply (tame_density_continuous (fun x => g1 x - x * g x)).
  - replace 0 with (0 - 0) by ring. now apply is_lim_seq_minus'.
Qed.

(* ---- Moments ---- *)

Lemma expectation_id : expectation (fun x => x) = 0.
Proof.
  rewrite -(expectation_const 0) -(stein (fun _ => 1) (fun _ => 0)).
  - apply expectation_ext. intro x. ring.
  - intro x. apply: is_derive_const.
  - apply tame_const.
  - apply tame_const.
Qed.

Lemma expectation_square : expectation (fun x => x ^ 2) = 1.
Proof.
  rewrite -(expectation_const 1) -(stein (fun x => x) (fun _ => 1)).
  - apply expectation_ext. intro x. ring.
  - intro x. apply: is_derive_id.
  - apply tame_id.
  - apply tame_const.
Qed.

(* ---- The law of x ---- *)

Definition ramp (t d x : R) : R := Rmin 1 (Rmax 0 ((x - t) / d)).

Lemma ramp_range (t d x : R) : 0 <= ramp t d x <= 1.
Proof.
  unfold ramp. split; [|apply Rmin_l]. apply Rmin_glb; [lra|apply Rmax_l].
Qed.

Lemma ramp_left (t d x : R) : 0 < d -> x <= t -> ramp t d x = 0.
Proof.
  intros D L. unfold ramp. assert ((x - t) / d <= 0).
  { assert (0 < / d) by now apply Rinv_0_lt_compat. unfold Rdiv. nra. }
  rewrite Rmax_left; [|assumption]. rewrite Rmin_right; lra.
Qed.

Lemma ramp_right (t d x : R) : 0 < d -> t + d <= x -> ramp t d x = 1.
Proof.
  intros D L. unfold ramp. apply Rmin_left. apply Rle_trans with ((x - t) / d); [|apply Rmax_r].
  apply Rmult_le_reg_r with d; [exact D|].
  replace ((x - t) / d * d) with (x - t) by (field; lra). lra.
Qed.

Lemma tame_ramp (t d : R) : 0 < d -> tame (ramp t d).
Proof.
  intro D. apply tame_lipschitz with (/ d). intros x y.
  assert (E : / d * Rabs (x - y) = Rabs ((x - t) / d - (y - t) / d)).
  { replace ((x - t) / d - (y - t) / d) with (/ d * (x - y)) by (field; lra).
    rewrite Rabs_mult (Rabs_pos_eq (/ d)); [reflexivity|]. left. now apply Rinv_0_lt_compat. }
  rewrite E. unfold ramp. generalize ((x - t) / d) ((y - t) / d). intros u v.
  unfold Rmin, Rmax. repeat destruct (Rle_dec _ _); split_Rabs; lra.
Qed.

(* A ramp from 0 at t to 1 at t + d. *)
Lemma expectation_ramp (t d : R) : 0 < d ->
  Q (t + d) <= expectation (fun x => Rmin 1 (Rmax 0 ((x - t) / d))) <= Q t.
Proof.
  intro D. change (Q (t + d) <= expectation (ramp t d) <= Q t).
  assert (T := tame_ramp t d D). assert (L := expectation_limit _ T).
  assert (I : forall a b, ex_RInt (fun x => ramp t d x * phi x) a b)
    by (intros; now apply tame_integrable).
  destruct (nfloor_ex (Rabs t + d)) as [N [_ HN]].
  { assert (H := Rabs_pos t). lra. }
  assert (W : forall n, (S N <= n)%nat -> - INR n <= t /\ t + d <= INR n).
  { intros n Hn. apply le_INR in Hn. rewrite S_INR in Hn. split_Rabs; lra. }
  split.
  - apply (is_lim_seq_le_loc (fun n => Q (t + d) - Q (INR n)) (truncated_expectation (ramp t d))
      (Q (t + d)) (expectation (ramp t d))); [|
      replace (Q (t + d)) with (Q (t + d) - 0) at 1 by ring;
      apply is_lim_seq_minus'; [apply is_lim_seq_const|apply Q_INR_lim]|exact L].
    exists (S N). intros n Hn. destruct (W n Hn) as [W1 W2]. unfold truncated_expectation.
    rewrite -(tame_chasles _ (- INR n) (t + d) (INR n) T) -phi_integral.
    assert (A : 0 <= RInt (fun x => ramp t d x * phi x) (- INR n) (t + d)).
    { apply RInt_ge_0; [lra|apply I|]. intros x _. apply Rmult_le_pos; [apply ramp_range|].
      left; apply phi_pos. }
    rewrite (RInt_ext (fun x => ramp t d x * phi x) phi (t + d) (INR n)); [lra|].
    intros x Hx. rewrite Rmin_left in Hx; [|lra]. rewrite ramp_right; [apply Rmult_1_l|exact D|lra].
  - apply (is_lim_seq_le_loc (truncated_expectation (ramp t d)) (fun n => Q t)
      (expectation (ramp t d)) (Q t)); [|exact L|apply is_lim_seq_const].
    exists (S N). intros n Hn. destruct (W n Hn) as [W1 W2]. unfold truncated_expectation.
    rewrite -(tame_chasles _ (- INR n) t (INR n) T).
    assert (A : RInt (fun x => ramp t d x * phi x) (- INR n) t = 0).
    { rewrite (RInt_ext (V := R_CompleteNormedModule) _ (fun _ => 0)).
      - rewrite RInt_const. apply Rmult_0_r.
      - intros x Hx. rewrite Rmax_right in Hx; [|lra].
        rewrite ramp_left; [apply Rmult_0_l|exact D|lra]. }
    assert (B : RInt (fun x => ramp t d x * phi x) t (INR n) <= RInt phi t (INR n)).
    { apply RInt_le; [lra|apply I|apply phi_integrable|]. intros x _.
      assert (H := ramp_range t d x). assert (P := phi_pos x). nra. }
    rewrite phi_integral in B. assert (H := Q_pos (INR n)). lra.
Qed.
