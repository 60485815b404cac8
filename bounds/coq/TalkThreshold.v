(* The exact hypothesis of the talk's theorem: max p <= P = 0.905400531108...

   Two halfspaces of masses m, 1 - m have E r = f(m) + f(1 - m), and that is at most
   gamma(m^2 + (1 - m)^2), 1/2 <= m < 1, exactly for m <= [talk_threshold] ([halfspaces_exact]):
   in t = Phi^{-1}(m) the left side is t + 2 (phi(t) - t Q(t)), which increases, and the right side
   decreases from t = 1/2 on; below, f(p) <= p gamma(p) and Jensen.

   [sum_le_gamma]: sum f(p_i) <= gamma(sum p_i^2) for every probability vector with max p <= P.
   Let m = max p > p_c. As f(p) / p increases, the other masses have sum f(p_i) <= f(1 - m); and
   sum p_i^2 <= m^2 + (1 - m)^2, both where gamma decreases. Hence
     sum f(p_i) <= f(m) + f(1 - m) <= gamma(m^2 + (1 - m)^2) <= gamma(sum p_i^2). *)
From Coq Require Import Reals Lra Psatz List.
Import ListNotations.
From Coquelicot Require Import Coquelicot.
From Interval Require Import Tactic.
From ClassRadius Require Import Gamma Normal Tail Rewrite.
Open Scope R_scope.

(* ---- Finite sums ---- *)

Lemma sum_of_le (f g : R -> R) (p : list R) : (forall x, In x p -> f x <= g x) ->
  sum_of f p <= sum_of g p.
Proof.
  induction p as [|x p IH]; intro H; simpl; [lra|].
  assert (A := H x (or_introl eq_refl)). specialize (IH (fun y Y => H y (or_intror Y))). lra.
Qed.

Lemma sum_of_middle (f : R -> R) (l : list R) (m : R) (r : list R) :
  sum_of f (l ++ m :: r) = f m + sum_of f (l ++ r).
Proof. induction l as [|x l IH]; simpl; [reflexivity|]. rewrite IH. ring. Qed.

Lemma sum_of_scaled (k : R) (p : list R) : sum_of (fun x => x * k) p = sum p * k.
Proof. induction p as [|x p IH]; simpl; [ring|]. rewrite IH. ring. Qed.

Lemma sum_as_sum_of (p : list R) : sum p = sum_of (fun x => x) p.
Proof. induction p as [|x p IH]; simpl; congruence. Qed.

Lemma member_le_sum (p : list R) : (forall x, In x p -> 0 < x) -> forall x, In x p -> x <= sum p.
Proof.
  induction p as [|y p IH]; intros H x X; [contradiction|]. simpl.
  assert (N : 0 <= sum p).
  { clear IH x X. induction p as [|z p IH]; simpl; [lra|].
    assert (Z := H z (or_intror (or_introl eq_refl))).
    assert (0 <= sum p); [apply IH; intros x [X|X]; apply H; [now left|now right; right]|lra]. }
  destruct X as [<-|X]; [lra|]. specialize (IH (fun z Z => H z (or_intror Z)) x X).
  assert (Y := H y (or_introl eq_refl)). lra.
Qed.

Lemma below_or_above (b : R) (p : list R) :
  (forall x, In x p -> x <= b) \/ exists x, In x p /\ b < x.
Proof.
  induction p as [|y p IH]; [left; contradiction|].
  destruct (Rle_dec y b) as [L|L].
  - destruct IH as [IH|[x [X B]]].
    + left. intros x [<-|X]; [exact L|now apply IH].
    + right. exists x. split; [now right|exact B].
  - right. exists y. split; [now left|lra].
Qed.

(* ---- The masses beside a large one ---- *)

(* f(p) / p increases. *)
Lemma integrated_tail_share (x w : R) : 0 < x <= w -> w < 1 ->
  integrated_tail x <= x * (integrated_tail w / w).
Proof.
  intros X W. assert (EX := Q_of_Phi_inv x ltac:(lra)). assert (EW := Q_of_Phi_inv w ltac:(lra)).
  set (s := - Phi_inv x) in *. set (t := - Phi_inv w) in *.
  assert (L : t <= s) by (apply Q_le_inv; lra). assert (G := excess_decr t s L).
  rewrite <- EX at 1. rewrite <- EW at 1. rewrite !integrated_tail_Q, EX, EW.
  apply Rmult_le_compat_l; [lra|]. replace (w * (lam t - t) / w) with (lam t - t) by (field; lra).
  exact G.
Qed.

Lemma rest_le (p : list R) (w : R) : (forall x, In x p -> 0 < x) -> sum p = w -> 0 < w < 1 ->
  sum_of integrated_tail p <= integrated_tail w.
Proof.
  intros H S W. apply Rle_trans with (sum_of (fun x => x * (integrated_tail w / w)) p).
  - apply sum_of_le. intros x X. apply integrated_tail_share; [|lra].
    split; [now apply H|]. rewrite <- S. now apply member_le_sum.
  - rewrite sum_of_scaled, S. right. field. lra.
Qed.

Lemma rest_square_le (p : list R) (w : R) : (forall x, In x p -> 0 < x) -> sum p = w ->
  0 <= sum_of (fun x => x * x) p <= w * w.
Proof.
  intros H S. split.
  - apply Rle_trans with (sum_of (fun x => x * 0) p); [rewrite sum_of_scaled; lra|].
    apply sum_of_le. intros x X. specialize (H x X). nra.
  - apply Rle_trans with (sum_of (fun x => x * w) p); [|rewrite sum_of_scaled, S; lra].
    apply sum_of_le. intros x X. assert (M := member_le_sum p H x X). specialize (H x X).
    rewrite S in M. nra.
Qed.

(* ---- Two halfspaces ---- *)

(* E r - gamma(||p||^2) of two halfspaces, by the mass of one. *)
Definition halfspaces_excess (m : R) : R :=
  integrated_tail m + integrated_tail (1 - m) - gamma (m * m + (1 - m) * (1 - m)).

Definition radius_of_t (t : R) : R := t + 2 * (phi t - t * Q t).
Definition collision_of_t (t : R) : R := 1 - 2 * Q t * (1 - Q t).
Definition excess_of_t (t : R) : R := radius_of_t t - gamma (collision_of_t t).

Lemma Q_opp_1 (t : R) : Q (- t) = 1 - Q t.
Proof. now rewrite <- Phi_opp, Ropp_involutive, Phi_Q. Qed.

Lemma halfspaces_excess_Q (t : R) : halfspaces_excess (Q (- t)) = excess_of_t t.
Proof.
  assert (A := Q_pos t). assert (B := Q_lt_1 t).
  unfold halfspaces_excess, excess_of_t, radius_of_t, collision_of_t. f_equal.
  - replace (1 - Q (- t)) with (Q t) by (rewrite Q_opp_1; ring).
    rewrite !integrated_tail_Q. unfold lam. rewrite phi_sym, Q_opp_1. field. lra.
  - f_equal. rewrite Q_opp_1. ring.
Qed.

Lemma radius_of_t_d (t : R) : is_derive radius_of_t t (1 - 2 * Q t).
Proof.
  unfold radius_of_t. auto_derive.
  - repeat split; eexists; [apply phi_d|apply Q_d].
  - replace (Derive (fun x => phi x) t) with (- t * phi t) by (symmetry; apply is_derive_unique, phi_d).
    replace (Derive (fun x => Q x) t) with (- phi t) by (symmetry; apply is_derive_unique, Q_d). ring.
Qed.

Lemma collision_of_t_bounds (t : R) : 0 < collision_of_t t < 1.
Proof. assert (A := Q_pos t). assert (B := Q_lt_1 t). unfold collision_of_t. split; nra. Qed.

Lemma excess_of_t_derivable (t : R) : ex_derive excess_of_t t.
Proof.
  apply (ex_derive_minus radius_of_t (fun t => gamma (collision_of_t t))).
  - eexists. apply radius_of_t_d.
  - apply (ex_derive_comp gamma collision_of_t).
    + eexists. apply gamma_derivative, collision_of_t_bounds.
    + unfold collision_of_t. auto_derive. repeat split; eexists; apply Q_d.
Qed.

Lemma Q_half : 308537 / 1000000 <= Q (1 / 2) <= 308538 / 1000000.
Proof. unfold Q, phi. split; integral with (i_prec 60, i_fuel 200). Qed.

Lemma x0_le : x0 <= 57 / 100.
Proof. unfold x0. interval. Qed.

Lemma excess_of_t_increases (s t : R) : 1 / 2 <= s -> s < t -> excess_of_t s < excess_of_t t.
Proof.
  intros S L. assert (H := Q_half).
  assert (small : forall x, 1 / 2 <= x -> 0 < Q x < 309 / 1000).
  { intros x X. split; [apply Q_pos|].
    destruct (Req_dec x (1 / 2)) as [->|N]; [lra|]. assert (D := Q_decr (1 / 2) x ltac:(lra)). lra. }
  assert (R := increasing_of_derivative radius_of_t _ s t L (fun x _ => radius_of_t_d x)).
  specialize (R ltac:(intros x X; assert (B := small x ltac:(lra)); lra)).
  assert (G : gamma (collision_of_t t) <= gamma (collision_of_t s)).
  { assert (A := small s S). assert (D := Q_decr s t L). assert (B := Q_pos t). assert (X := x0_le).
    apply gamma_decreasing; [| |apply collision_of_t_bounds]; unfold collision_of_t; nra. }
  unfold excess_of_t. lra.
Qed.

(* The crossing lies between the two. *)
Definition before_limit : R := 131295 / 100000.
Definition after_limit : R := 1312955 / 1000000.

Lemma Q_before_limit : 945998 / 10000000 <= Q before_limit <= 945999 / 10000000.
Proof. unfold before_limit, Q, phi. split; integral with (i_prec 60, i_fuel 200). Qed.

Lemma Q_after_limit : 945990 / 10000000 <= Q after_limit <= 945991 / 10000000.
Proof. unfold after_limit, Q, phi. split; integral with (i_prec 60, i_fuel 200). Qed.

Lemma excess_before_limit : excess_of_t before_limit < 0.
Proof.
  assert (H := Q_before_limit). unfold excess_of_t, radius_of_t, collision_of_t, gamma.
  set (q := Q before_limit) in *. unfold phi, before_limit. interval with (i_prec 60).
Qed.

Lemma excess_after_limit : 0 < excess_of_t after_limit.
Proof.
  assert (H := Q_after_limit). unfold excess_of_t, radius_of_t, collision_of_t, gamma.
  set (q := Q after_limit) in *. unfold phi, after_limit. interval with (i_prec 60).
Qed.

Lemma limit_of_t : exists c, before_limit < c < after_limit /\ excess_of_t c = 0.
Proof.
  apply zero_between; [exact excess_of_t_derivable| |exact excess_before_limit|exact excess_after_limit].
  unfold before_limit, after_limit. lra.
Qed.

(* ---- P ---- *)

Definition talk_threshold : R := largest (fun m => 0 < m < 1 /\ halfspaces_excess m <= 0).

(* Small masses: the rewrite and Jensen. *)
Lemma sum_le_gamma_rewrite (p : list R) : (forall x, In x p -> 0 < x <= rewrite_threshold) ->
  sum p = 1 -> sum_of integrated_tail p <= gamma (sum_of (fun x => x * x) p).
Proof.
  intros H S. assert (B := rewrite_threshold_bounds).
  apply Rle_trans with (sum_of (fun x => x * gamma x) p).
  - apply sum_of_le. intros x X. specialize (H x X). apply rewrite_exact; lra.
  - apply jensen_gamma; [|exact S]. intros x X. specialize (H x X). lra.
Qed.

Lemma halfspaces_balanced (m : R) : 1 / 2 <= m <= rewrite_threshold -> halfspaces_excess m <= 0.
Proof.
  intro M. assert (B := rewrite_threshold_bounds).
  assert (J := sum_le_gamma_rewrite [m; 1 - m]). simpl in J. rewrite !Rplus_0_r in J.
  unfold halfspaces_excess. assert (S : m + (1 - m) = 1) by ring.
  specialize (J ltac:(intros x [<-|[<-|[]]]; lra) S). lra.
Qed.

Lemma halfspaces_excess_sign (c m : R) : before_limit < c < after_limit -> excess_of_t c = 0 ->
  1 / 2 <= m < 1 -> halfspaces_excess m <= 0 <-> m <= Q (- c).
Proof.
  intros C Z M. assert (E := Q_of_Phi_inv m ltac:(lra)). set (t := Phi_inv m) in *.
  assert (H := Q_half). assert (B := rewrite_threshold_bounds).
  assert (C1 : 1 / 2 < c) by (unfold before_limit in C; lra).
  rewrite <- E. destruct (Rlt_dec t (1 / 2)) as [T|T].
  - assert (D := Q_decr t (1 / 2) T). assert (D' := Q_decr (- c) (- t) ltac:(lra)).
    assert (G := halfspaces_balanced (Q (- t))). rewrite E in *.
    assert (m < Q (- (1 / 2))) by (rewrite <- E; apply Q_decr; lra). rewrite Q_opp_1 in *.
    split; intros _; [lra|]. apply G. lra.
  - rewrite halfspaces_excess_Q. split; intro X.
    + destruct (Rle_dec t c) as [L|L].
      * destruct (Req_dec t c) as [->|N]; [lra|]. left. apply Q_decr. lra.
      * assert (I := excess_of_t_increases c t ltac:(lra) ltac:(lra)). lra.
    + apply Q_le_inv in X. destruct (Req_dec t c) as [->|N]; [lra|].
      assert (I := excess_of_t_increases t c ltac:(lra) ltac:(lra)). lra.
Qed.

Lemma talk_threshold_crossing : exists c, before_limit < c < after_limit /\ excess_of_t c = 0 /\
  talk_threshold = Q (- c).
Proof.
  destruct limit_of_t as [c [C Z]]. exists c. split; [exact C|]. split; [exact Z|].
  assert (A := Q_pos (- c)). assert (B := Q_lt_1 (- c)). assert (H := Q_before_limit).
  assert (D := Q_decr before_limit c ltac:(lra)). assert (E := Q_opp_1 c).
  apply largest_unique.
  - split; [lra|]. apply (halfspaces_excess_sign c); trivial; lra.
  - intros m [M X]. destruct (Rle_dec m (1 / 2)) as [L|L]; [lra|].
    apply (halfspaces_excess_sign c) in X; trivial. lra.
Qed.

Theorem talk_threshold_bounds : 905400 / 1000000 < talk_threshold < 905401 / 1000000.
Proof.
  destruct talk_threshold_crossing as [c [[C1 C2] [_ ->]]]. rewrite Q_opp_1.
  assert (A := Q_decr _ _ C1). assert (B := Q_decr _ _ C2).
  assert (H := Q_before_limit). assert (K := Q_after_limit). lra.
Qed.

(* Two halfspaces satisfy the bound up to P, and not beyond. *)
Theorem halfspaces_exact (m : R) : 1 / 2 <= m < 1 ->
  integrated_tail m + integrated_tail (1 - m) <= gamma (m * m + (1 - m) * (1 - m))
  <-> m <= talk_threshold.
Proof.
  intro M. destruct talk_threshold_crossing as [c [C [Z ->]]].
  rewrite <- (halfspaces_excess_sign c m C Z M). unfold halfspaces_excess. split; intro; lra.
Qed.

(* sum f(p_i) <= gamma(sum p_i^2) if max p <= P. *)
Theorem sum_le_gamma (p : list R) : (forall x, In x p -> 0 < x <= talk_threshold) -> sum p = 1 ->
  sum_of integrated_tail p <= gamma (sum_of (fun x => x * x) p).
Proof.
  intros H S. assert (B := rewrite_threshold_bounds). assert (B' := talk_threshold_bounds).
  destruct (below_or_above rewrite_threshold p) as [L|[m [I M]]].
  - apply sum_le_gamma_rewrite; [|exact S]. intros x X. specialize (H x X). specialize (L x X). lra.
  - assert (HM := H m I). apply in_split in I. destruct I as [l [r ->]].
    rewrite sum_as_sum_of, sum_of_middle, <- sum_as_sum_of in S. rewrite !sum_of_middle.
    set (q := l ++ r) in *.
    assert (Q0 : forall x, In x q -> 0 < x).
    { intros x X. apply H. apply in_app_iff in X. apply in_app_iff. simpl. tauto. }
    assert (W := rest_le q (1 - m) Q0 ltac:(lra) ltac:(lra)).
    assert (V := rest_square_le q (1 - m) Q0 ltac:(lra)). assert (X := x0_le).
    assert (T : integrated_tail m + integrated_tail (1 - m) <= gamma (m * m + (1 - m) * (1 - m)))
      by (apply halfspaces_exact; lra).
    assert (G : gamma (m * m + (1 - m) * (1 - m)) <= gamma (m * m + sum_of (fun x => x * x) q)).
    { apply gamma_decreasing; nra. }
    lra.
Qed.

(* Nothing is assumed of p if sum p_i^2 <= P^2. *)
Lemma masses_le_root (p : list R) (b : R) : 0 < b -> (forall x, In x p -> 0 < x) ->
  sum_of (fun x => x * x) p <= b * b -> forall x, In x p -> 0 < x <= b.
Proof.
  intros B H S x X. assert (P := H x X). split; [exact P|].
  apply in_split in X. destruct X as [l [r ->]]. rewrite sum_of_middle in S.
  assert (V := rest_square_le (l ++ r) _ ltac:(intros y Y; apply H; apply in_app_iff in Y;
    apply in_app_iff; simpl; tauto) eq_refl). nra.
Qed.

Theorem sum_le_gamma_collision (p : list R) : (forall x, In x p -> 0 < x) -> sum p = 1 ->
  sum_of (fun x => x * x) p <= talk_threshold ^ 2 ->
  sum_of integrated_tail p <= gamma (sum_of (fun x => x * x) p).
Proof.
  intros H S C. assert (B := talk_threshold_bounds). apply sum_le_gamma; [|exact S].
  apply masses_le_root; [lra|exact H|]. lra.
Qed.
